#!/usr/bin/env node
/** `xsign` out of this repository's sources; what other people install is made by `npm run pack`. */
import "../../../bin/require-node.js";

await import("../src/main.ts");
