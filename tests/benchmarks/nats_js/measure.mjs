// What publish.mjs and consume.mjs share: their arguments, and what they print
// for tests/benchmarks/compare.

import { readFileSync } from "node:fs";

const [url, stream, subject, messages, payload, server, mode] =
  process.argv.slice(2);
export const setting = {
  url,
  stream,
  subject,
  messages: Number(messages),
  payload: Number(payload),
  server: Number(server),
  mode,
};

// Nobody waits for ever.
setTimeout(() => process.exit(1), 120_000).unref();

const kTicks = 100;

function fieldsOf(path, from) {
  const text = readFileSync(path, "utf8").split("\n")[0];
  return text.slice(text.lastIndexOf(from) + from.length).trim().split(/\s+/);
}

function serverCpu() {
  const fields = fieldsOf(`/proc/${setting.server}/stat`, ")");
  return (Number(fields[11]) + Number(fields[12])) / kTicks;
}

// user, nice, system and stolen time; and all
function machine() {
  const times = fieldsOf("/proc/stat", "cpu ").map(Number);
  const total = times.slice(0, 8).reduce((sum, time) => sum + time, 0);
  return {
    busy: (times[0] + times[1] + times[2] + times[7]) / kTicks,
    total: total / kTicks,
  };
}

function now() {
  const own = process.cpuUsage();
  return {
    seconds: performance.now() / 1e3,
    own: (own.user + own.system) / 1e6,
    server: serverCpu(),
    machine: machine(),
  };
}

// Returns a function that prints what was used since.
export function startWatch() {
  const begin = now();
  return (count) => {
    const end = now();
    const own = end.own - begin.own;
    const its = end.server - begin.server;
    const busy = end.machine.busy - begin.machine.busy;
    const total = end.machine.total - begin.machine.total;
    console.log(JSON.stringify({
      messages: count,
      seconds: end.seconds - begin.seconds,
      client_cpu: own,
      server_cpu: its,
      others: total > 0 ? Math.max(0, (busy - own - its) / total) : 0,
      peak_kb: process.resourceUsage().maxRSS,
    }));
  };
}
