import { userInfo } from "node:os";
import type { Operator } from "../audit/index.ts";
import type { Environment } from "../config/index.ts";

interface SystemUser {
	/** Undefined where the system has none: a container may run as a number alone. */
	readonly name: string | undefined;
	readonly uid: number;
}

/**
 * Who types, by the name that this system has for them. Root is who became root, where `sudo` or `doas` say so; of
 * anybody else what the environment says is not taken. It tells operators apart who do not lie: whoever may run commands
 * may write into the data what they like.
 */
export function operatorOf(environment: Environment, user: SystemUser = whoRuns()): Operator {
	const became = user.uid === 0 ? (environment.SUDO_USER ?? environment.DOAS_USER) : undefined;
	const name = [became, user.name].map(readable).find((each) => each !== "");
	return { kind: "operator", name: name ?? `uid ${user.uid}` };
}

/** As much as a line of the log has room for, and nothing that could reorder it. */
function readable(name = ""): string {
	return [...name.replace(/[\p{Cc}\p{Cf}\p{Cs}]/gu, "").trim()].slice(0, 64).join("");
}

function whoRuns(): SystemUser {
	try {
		const { username, uid } = userInfo();
		return { name: username, uid };
	} catch {
		return { name: undefined, uid: process.getuid?.() ?? -1 };
	}
}
