import { createHmac, timingSafeEqual } from "node:crypto";
import type { Clock } from "../config/ports.ts";

/** A client that acts for itself, by what its tokens are bound to. */
interface Program {
	readonly id: string;
	readonly secretHash: string;
}

/** As access tokens of people. */
export const programTokenSeconds = 300;
const shape = /^mcl_([0-9a-f]{2,400})_([0-9a-f]{64})$/;
const label = "countersign/program-token/1";

/**
 * Access tokens of programs. None is stored: each says whose it is and until when, under a key of the server's, and
 * counts only as long as that program is one, with the same secret. For people's sessions it is no token at all.
 */
export function createProgramTokens(deps: { readonly secretKey: Uint8Array; readonly clock: Clock }) {
	const { secretKey, clock } = deps;
	const mark = (payload: string, secretHash: string) =>
		createHmac("sha256", secretKey).update([label, payload, secretHash].join("\0")).digest("hex");
	return {
		issue({ id, secretHash }: Program): string {
			const payload = Buffer.from(`${clock() + programTokenSeconds * 1000} ${id}`).toString("hex");
			return `mcl_${payload}_${mark(payload, secretHash)}`;
		},

		/** Whose token this is. Undefined where it counts no more, or never did. */
		async read<Found extends Program>(
			token: string,
			find: (id: string) => Promise<Found | undefined>,
		): Promise<Found | undefined> {
			const [, payload = "", given = ""] = shape.exec(token) ?? [];
			if (given === "") return undefined;
			const [until = "", ...rest] = Buffer.from(payload, "hex").toString().split(" ");
			const program = await find(rest.join(" "));
			if (program === undefined) return undefined;
			const known = Buffer.from(mark(payload, program.secretHash));
			return timingSafeEqual(known, Buffer.from(given)) && Number(until) > clock() ? program : undefined;
		},
	};
}

export type ProgramTokens = ReturnType<typeof createProgramTokens>;
