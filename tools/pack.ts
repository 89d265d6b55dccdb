/**
 * `npm run pack [-- folder]`: `@countersign/client` and the command `xsign` as other people install them, a tarball of
 * JavaScript each; the client's needs nothing else. Default folder: `dist`.
 */
import { resolve } from "node:path";
import { packClient } from "./pack/index.ts";
import { packXsign } from "./pack/xsign.ts";

const folder = resolve(process.argv[2] ?? "dist");
for (const pack of [packClient, packXsign]) process.stdout.write(`${pack(folder)}\n`);
