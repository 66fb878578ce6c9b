// jetstream(nc).publish as nats.js documents it, 4,096 at once.

import { connect } from "@nats-io/transport-node";
import { jetstream } from "@nats-io/jetstream";
import { setting, startWatch } from "./measure.mjs";

const kWindow = 4096;
const nc = await connect({ servers: setting.url });
const js = jetstream(nc);

async function publish(count) {
  let left = count;
  async function loop() {
    while (left-- > 0) {
      await js.publish(setting.subject, new Uint8Array(setting.payload));
    }
  }
  await Promise.all(Array.from({ length: kWindow }, loop));
}

await publish(kWindow);
// It is slow enough to be seen with fewer.
const count = Math.ceil(setting.messages / 8);
const stop = startWatch();
await publish(count);
stop(count);
process.exit(0);
