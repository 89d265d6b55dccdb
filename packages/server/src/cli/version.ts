import manifest from "../../package.json" with { type: "json" };

/** Of the server, as its package has it. */
export const version = manifest.version;
