// consumer.consume as nats.js documents it: for await over messages, or a
// callback; every message is acked.

import { connect } from "@nats-io/transport-node";
import { AckPolicy, jetstream, jetstreamManager } from "@nats-io/jetstream";
import { setting, startWatch } from "./measure.mjs";

const nc = await connect({ servers: setting.url });
const jsm = await jetstreamManager(nc);
const name = `js-${setting.mode}`;
await jsm.consumers.add(setting.stream, {
  durable_name: name,
  ack_policy: AckPolicy.Explicit,
  max_ack_pending: 10_000,
});
const consumer = await jetstream(nc).consumers.get(setting.stream, name);

// The iterator is slow enough to be seen with fewer.
const count = setting.mode === "iterator"
  ? Math.ceil(setting.messages / 4)
  : setting.messages;

// Resolves when `count` are handled.
async function handleAll() {
  let left = count;
  if (setting.mode === "iterator") {
    for await (const message of await consumer.consume({ max_messages: 2000 })) {
      message.ack();
      if (--left === 0) return;
    }
  }
  await new Promise((resolve) => {
    consumer.consume({
      max_messages: 2000,
      callback: (message) => {
        message.ack();
        if (--left === 0) resolve();
      },
    });
  });
}

const stop = startWatch();
await handleAll();
let floor = 0;
while (floor < count) {
  floor = (await jsm.consumers.info(setting.stream, name)).ack_floor.stream_seq;
}
stop(count);
process.exit(0);
