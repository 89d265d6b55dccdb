import { z } from "zod";
import { type Operation, operation } from "../operation.ts";
import { refuse, told } from "../refusals.ts";
import { time } from "../shapes.ts";
import { base, resourceKind } from "./resource.ts";

const data = resourceKind(
	"policy-data",
	`${base}/policy-data`,
	z.object({ created_at: time, data: z.unknown() }),
);

/**
 * There is no policy engine here. Nothing is stored for one: whoever bans a name by such data has to be told that it is
 * not banned.
 */
export function policyData(): readonly Operation[] {
	const about = { tag: "policy-data" } as const;
	const none = { told: { 200: data.oneTold("Never"), ...told("not-found") } };
	return [
		operation({
			...{ ...about, id: "setPolicyData", method: "POST", path: data.path },
			about: "Refused: there is no policy engine that it could change",
			body: z.strictObject({ data: z.unknown() }),
			told: { 201: data.oneTold("Never"), ...told("no-policy-data") },
			answer: async () => refuse("no-policy-data"),
		}),
		operation({
			...{ ...about, ...none, id: "getLatestPolicyData", method: "GET", path: `${data.path}/latest` },
			about: "There is none",
			answer: async () => refuse("not-found"),
		}),
		operation({
			...{ ...about, ...none, id: "getPolicyData", method: "GET", path: `${data.path}/{id}` },
			about: "There is none",
			answer: async () => refuse("not-found"),
		}),
	];
}
