/** The homeserver that is part of this program, or a Synapse beside it. */
export type HomeserverKind = "embedded" | "synapse";
