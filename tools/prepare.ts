/** After each `npm install`: the one file of the server is made, and what nobody needs of Node is taken away. */
import { join } from "node:path";
import { bundleOrSay } from "./bundle.ts";
import { dropNodeHeaders } from "./drop-headers.ts";

dropNodeHeaders(join(import.meta.dirname, ".."));
await bundleOrSay();
