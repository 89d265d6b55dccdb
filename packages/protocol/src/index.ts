/**
 * The words of the wire, for server and client alike: what a body must look like, and which error says otherwise.
 *
 * Owns parsers from `unknown` (`parseX`), checks (`checkX`), the canonical form of JSON and the names of scopes,
 * stages, account actions and error codes. Each parser narrows once; nobody reads the raw body again.
 * Leaves to others: HTTP statuses and headers, what is stored or approved (core), and all input and output. Time,
 * randomness and cryptography are absent; ed25519, UTF-8 and hashes come in as arguments. No dependency, any runtime.
 *
 * Flow of an upload: bytes -> parseStrictJson -> parseDeviceSigningUpload -> checkUploadSignatures -> core.
 */
export * from "./account-management.ts";
export * from "./base64.ts";
export * from "./canonical-json.ts";
export * from "./device-keys.ts";
export * from "./device-signing.ts";
export * from "./fingerprint.ts";
export * from "./http-url.ts";
export * from "./identifiers.ts";
export * from "./key-slots.ts";
export * from "./matrix-error.ts";
export * from "./oauth-metadata.ts";
export * from "./parse.ts";
export * from "./record.ts";
export * from "./scopes.ts";
export * from "./signed-json.ts";
export * from "./step-up.ts";
export * from "./strict-json.ts";
export * from "./uia.ts";
export * from "./upload-signatures.ts";
