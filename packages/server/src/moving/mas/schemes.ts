import { isRecord } from "@countersign/protocol";
import { type PasswordSchemeConfig, parsePasswordSchemes } from "../../config/index.ts";
import { inside, type ReadValue, type Tree } from "../yaml-files.ts";

/** Ways to hash passwords, the newest first: new ones are hashed by that. Throws where they cannot be understood. */
export function schemesOf(tree: Tree, read: ReadValue): readonly PasswordSchemeConfig[] {
	const given = inside(tree, "passwords", "schemes") ?? [{ version: 1, algorithm: "argon2id" }];
	const list = Array.isArray(given) ? given : [];
	const whole = list.map((scheme) => {
		const { secret_file: _, secret: __, ...rest } = isRecord(scheme) ? scheme : {};
		const set = Object.fromEntries(Object.entries(rest).filter(([, value]) => value !== null));
		const secret = read(scheme, "secret");
		return { algorithm: "argon2id", ...set, ...(secret !== undefined && { secret }) };
	});
	const schemes = parsePasswordSchemes(JSON.stringify(whole));
	if (schemes === undefined) throw new Error("passwords.schemes is not a list of schemes as they are known");
	return schemes.toSorted((one, other) => other.version - one.version);
}
