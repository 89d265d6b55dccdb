import type { Log } from "../log/index.ts";

/** Whether a receiver answered when it was last asked. */
export interface Health {
	/** Says how the last request ended: with an answer, or why without one. */
	note(silence: string | undefined): void;
	isSilent(): boolean;
	/** Told each time it answers again. */
	onReturn(listener: () => void): void;
}

/** Says it once when the receiver falls silent and once when it is back: an outage must not fill the log. */
export function createHealth(name: string, log: Log): Health {
	const listeners: (() => void)[] = [];
	let isSilent = false;
	return {
		note(silence) {
			if (silence !== undefined && !isSilent) log.warn({ reason: silence }, `${name} does not answer`);
			const returned = silence === undefined && isSilent;
			isSilent = silence !== undefined;
			if (!returned) return;
			log.info({}, `${name} answers again`);
			for (const listener of listeners) listener();
		},
		isSilent: () => isSilent,
		onReturn: (listener) => void listeners.push(listener),
	};
}
