/**
 * The server as a library: what tests, the demo and benchmarks start in their own process.
 */
export { type Countersign, type StartOutcome, startCountersign } from "./compose.ts";
export { type Config, readConfig } from "./config/index.ts";
export { type Log, silentLog } from "./log/index.ts";
