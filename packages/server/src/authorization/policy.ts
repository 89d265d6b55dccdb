import { interactionPolicy, type KoaContextWithOIDC } from "oidc-provider";
import { signedInAt } from "./keep-here.ts";
import type { Recognise } from "./ports.ts";

const { Check, Prompt } = interactionPolicy;

/**
 * When the engine stops to ask: always, and once. One page signs in and asks for consent, so every prompt is
 * answered by one result; none is skipped because of an earlier visit, and `prompt=none` never succeeds. It is told
 * whether somebody has to sign in, or only to agree.
 */
export function createPolicy(recognise: Recognise): InstanceType<typeof Prompt>[] {
	const isNobody = async (ctx: KoaContextWithOIDC) =>
		!ctx.oidc.prompts.has("none") || (await signedInAt(recognise, ctx)) === undefined;
	return [
		new Prompt({ name: "create", requestable: true }),
		new Prompt(
			{ name: "login", requestable: true },
			new Check("no_session", "nobody has signed in", isNobody),
		),
		new Prompt(
			{ name: "consent", requestable: true },
			new Check("not_asked", "nobody has agreed", ({ oidc }) => oidc.result?.consent === undefined),
		),
	];
}
