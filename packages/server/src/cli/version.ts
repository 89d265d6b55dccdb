import manifest from "@countersign/server/package.json" with { type: "json" };

/** The version of the server, as its package has it. */
export const version: string = manifest.version;
