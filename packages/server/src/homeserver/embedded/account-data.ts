import { holdSecrets } from "@countersign/core";
import { errcodes } from "@countersign/protocol";
import { json } from "../../http/index.ts";
import { matrixError } from "../../matrix-api/index.ts";
import { type ClientDataDeps, checkName, own, refused, tooOften } from "./client-data.ts";
import { type Endpoint, v3 } from "./endpoint.ts";
import { pushRules, pushRulesType } from "./push-rules.ts";
import { quotas } from "./quotas.ts";

/** Types the server itself keeps: they have endpoints of their own. */
const managed: readonly string[] = ["m.fully_read", pushRulesType];

type AccountDataDeps = Pick<ClientDataDeps, "storage" | "clock" | "random">;

/**
 * What a person's apps keep for each other, by type. It is stored whole; an empty object is how apps take something
 * back.
 * @see https://spec.matrix.org/v1.17/client-server-api/#client-config
 */
export function accountDataEndpoints({ storage, clock, random }: AccountDataDeps): Endpoint[] {
	const paths = [v3("user/:userId/account_data/:type")];
	return [
		{
			method: "GET",
			paths,
			takes: "nothing",
			answer: own(async ({ caller, param }) => {
				const type = param("type");
				if (type === pushRulesType) return json(200, pushRules(caller.userId));
				const content = await storage.read.accountData.get(caller.accountId, type);
				return content === undefined
					? matrixError(404, errcodes.notFound, "No account data of this type")
					: json(200, content);
			}),
		},
		{
			method: "PUT",
			paths,
			takes: "json",
			answer: own(async ({ caller, address, param, body: content, write }) => {
				const { accountId } = caller;
				const type = param("type");
				if (managed.includes(type))
					return matrixError(405, errcodes.badJson, `${type} cannot be set through this endpoint`);
				const name = checkName("The type", type);
				if (!name.ok) return refused(name.refusal);
				return write(async (unit) => {
					const others = await unit.accountData.kept(accountId, { type });
					const bytes = others.bytes + Buffer.byteLength(JSON.stringify(content));
					if (others.types >= quotas.accountData.types || bytes > quotas.accountData.bytes)
						return matrixError(413, errcodes.tooLarge, "This account keeps as much account data as it may");
					const before = await unit.accountData.get(accountId, type);
					const at = { now: clock(), newToken: () => random.token() };
					const read = (other: string) => unit.accountData.get(accountId, other);
					const writing = { ...caller, ...at, address, type, before, content, read };
					const throttled = await holdSecrets(unit, writing);
					if (throttled !== undefined) return tooOften(throttled);
					await unit.accountData.put({ accountId, type, content }, await unit.stream.next(accountId));
					return json(200, {});
				});
			}),
		},
	];
}
