/** The homeserver that is part of this program, or a Synapse beside it. */
export type HomeserverKind = "embedded" | "synapse";

/** What the storage has to know of the settings. */
export interface StorageSettings {
	readonly homeserver: HomeserverKind;
	/** How long what a reset takes away is kept, in milliseconds. Default: core's. */
	readonly keptMs?: number;
	/** Lines of security logs that people are told of. Default: none. */
	readonly noticed?: readonly string[];
}
