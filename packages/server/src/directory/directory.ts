import type { LdapConfig } from "../config/index.ts";
import type { DirectoryState } from "../doctor/ports.ts";
import type { Log } from "../log/index.ts";
import type { PasswordDirectory } from "../proofs/ports.ts";
import { subjectOf } from "./subject.ts";

/** Under which links of accounts to entries stand. */
export const directoryProvider = "ldap";

/**
 * How links have the one who somebody is at a service: entries of the directory in one spelling, all others as they are
 * said. Undefined: no entry is that one.
 */
export function createSubjectOf(config: Pick<LdapConfig, "idAttribute"> | undefined) {
	return (provider: string, subject: string): string | undefined =>
		config !== undefined && provider === directoryProvider ? subjectOf(config, subject) : subject;
}

/** How far a sign-in would get there, for `doctor`. */
export async function examineDirectory(config: LdapConfig): Promise<DirectoryState> {
	const { lookAtDirectory } = await import("./look-at-directory.ts");
	return lookAtDirectory(config);
}

/** A directory (LDAP) that checks passwords. Nothing of it is kept, and no connection is used twice. */
export function createDirectory({
	config,
	log,
	away,
}: {
	readonly config: LdapConfig;
	readonly log: Pick<Log, "info" | "warn">;
	/** What is thrown where it gives no answer. */
	readonly away: (cause: unknown) => Error;
}): Pick<PasswordDirectory, "provider" | "check"> {
	return {
		provider: directoryProvider,
		async check(question) {
			// With the library, which no start without a directory needs.
			const { askDirectory } = await import("./ask-directory.ts");
			const asked = await askDirectory(config, question).catch((cause: unknown) => {
				log.warn({ err: cause }, "the directory does not check passwords");
				throw away(cause);
			});
			if (asked.ok) return asked;
			const { reason, code } = asked;
			if (reason === "unclear")
				log.warn({}, "a name means several entries of the directory, or one without an id");
			// Why a password does not do, expired say, is not told to who types it.
			if (reason === "refused") log.info({ code }, "the directory refused a password");
			return { ok: false };
		},
	};
}
