/**
 * `npm run pack [-- folder]`: `@countersign/client` as other people install it, a tarball of JavaScript and
 * declarations that needs nothing else. Default folder: `dist`.
 */
import { resolve } from "node:path";
import { packClient } from "./pack/index.ts";

const tarball = packClient(resolve(process.argv[2] ?? "dist"));
process.stdout.write(`${tarball}\n`);
