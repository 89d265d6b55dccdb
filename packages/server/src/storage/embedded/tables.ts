/** The tables of the embedded identity homeserver. */
// biome-ignore lint/suspicious/noEmptyInterface: filled by the embedded homeserver
export interface EmbeddedTables {}
