import { errors, type KoaContextWithOIDC } from "oidc-provider";

/** How recent and how strong a proof an app asks for, as it wrote it. */
export interface AskedProof {
	readonly maxAge: string | undefined;
	/** The one it likes best first. */
	readonly acrValues: readonly string[];
}

const renamed = { max_age: "asked_max_age", acr_values: "asked_acr_values" } as const;

/**
 * The engine takes these parameters beside `openid` alone, which no Matrix app asks for, and RFC 9470 section 4 in
 * every request. They go through it under names that it does not know; whoever sends those names has said nothing.
 */
export async function withoutOpenid(ctx: KoaContextWithOIDC, next: () => Promise<void>): Promise<void> {
	if (ctx.path === "/authorize") {
		const { max_age, acr_values, ...query } = ctx.query;
		for (const name of Object.values(renamed)) delete query[name];
		ctx.query = {
			...query,
			...(max_age !== undefined && { [renamed.max_age]: max_age }),
			...(acr_values !== undefined && { [renamed.acr_values]: acr_values }),
		};
	}
	await next();
}

/** For the engine: it lets these names pass. */
export const renamedParameters = {
	[renamed.max_age]: checkMaxAge,
	[renamed.acr_values]: null,
};

function checkMaxAge(_: KoaContextWithOIDC, value: string | undefined): void {
	if (value !== undefined && !/^\d{1,15}$/.test(value))
		throw new errors.InvalidRequest("invalid max_age parameter value");
}

/** What a request asks for that went by here. */
export function askedProof(params: Readonly<Record<string, unknown>>): AskedProof {
	const text = (name: string) => {
		const value = params[name];
		return typeof value === "string" && value !== "" ? value : undefined;
	};
	return {
		maxAge: text(renamed.max_age),
		acrValues: text(renamed.acr_values)?.split(" ") ?? [],
	};
}
