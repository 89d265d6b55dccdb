import { createHash, timingSafeEqual } from "node:crypto";
import type { AccountId, Transactions } from "@countersign/core";
import {
	errcodes,
	isRecord,
	keySlots,
	localpartOf,
	member,
	parseUserId,
	serverNameOf,
} from "@countersign/protocol";
import type { SecurityEvents } from "../audit/index.ts";
import type { Clock, Random } from "../config/ports.ts";
import type { UploadAnswer } from "../device-signing/index.ts";
import type { Form } from "../http/index.ts";
import type { ForeignUpload, ForwardForeign } from "./ports.ts";

export interface ForeignDeps {
	readonly storage: Transactions<{
		readonly accounts: {
			find(by: { readonly localpart: string }): Promise<{ readonly id: AccountId } | undefined>;
		};
		readonly events: Pick<SecurityEvents, "record">;
	}>;
	readonly forward: ForwardForeign;
	readonly serverName: string;
	readonly clock: Clock;
	readonly random: Pick<Random, "token">;
}

/** Of the query, what says for whom an application service acts; nothing else goes on. */
const queryNames = ["user_id", "device_id", "org.matrix.msc3202.device_id"] as const;

/**
 * Hands on what came with a token that is not one of ours. Whether it may do that the homeserver decides: the
 * specification lets an application service replace the keys of a person in its namespace, so that the person is told
 * of it in their security log.
 * @see https://spec.matrix.org/v1.17/application-service-api/#client-server-api-extensions
 */
export async function passForeign(
	deps: ForeignDeps,
	upload: Omit<ForeignUpload, "query" | "keys"> & {
		readonly query: Form;
		readonly body: Readonly<Record<string, unknown>>;
	},
): Promise<UploadAnswer> {
	const query = allowedQuery(upload.query);
	if (query === undefined) return twice;
	const sent = keySlots.flatMap(({ name }) =>
		Object.hasOwn(upload.body, name) ? [[name, upload.body[name]] as const] : [],
	);
	const { status, body, retryAfter } = await deps.forward({
		...upload,
		query,
		keys: Object.fromEntries(sent),
	});
	if (status === 200) await note(deps, sent, upload.address);
	return { status, body, ...(retryAfter !== undefined && { headers: { "retry-after": retryAfter } }) };
}

/** Whether both are one secret, in a time that tells nothing of either. */
export function isSameSecret(one: string, other: string): boolean {
	const digest = (text: string) => createHash("sha256").update(text).digest();
	return timingSafeEqual(digest(one), digest(other));
}

/** Undefined where a name stands twice, and two readers could take two values. */
function allowedQuery(query: Form): Readonly<Record<string, string>> | undefined {
	if (queryNames.some((name) => query.repeated.includes(name))) return undefined;
	return Object.fromEntries(
		queryNames.flatMap((name) => {
			const value = query.value(name);
			return value === undefined ? [] : [[name, value]];
		}),
	);
}

const twice: UploadAnswer = {
	status: 400,
	body: { errcode: errcodes.invalidParam, error: "A parameter of the query is there twice" },
};

/** Whose keys they are stands in the keys: the homeserver has stored none that name somebody else. */
async function note(
	{ storage, serverName, clock, random }: ForeignDeps,
	sent: readonly (readonly [string, unknown])[],
	address: string,
): Promise<void> {
	const [owner] = sent.map(([, key]) => (isRecord(key) ? member(key, "user_id") : undefined));
	const userId = parseUserId(owner);
	if (!userId.ok || serverNameOf(userId.value) !== serverName) return;
	const localpart = localpartOf(userId.value);
	await storage.write(async (unit) => {
		const account = await unit.accounts.find({ localpart });
		if (account === undefined) return;
		await unit.events.record({
			...{ id: random.token(), accountId: account.id, at: clock(), address },
			...{ kind: "identity-replaced-by-service", actor: { kind: "service" }, detail: {} },
		});
	});
}
