import { interactionPolicy } from "oidc-provider";

const { Check, Prompt } = interactionPolicy;

/**
 * When the engine stops to ask: always, and once. One page signs in and asks for consent, so every prompt is
 * answered by one result; none is skipped because of an earlier visit, and `prompt=none` never succeeds.
 */
export function createPolicy(): InstanceType<typeof Prompt>[] {
	return [
		new Prompt({ name: "create", requestable: true }),
		new Prompt(
			{ name: "login", requestable: true },
			new Check("no_session", "nobody has signed in", ({ oidc }) => oidc.session?.accountId === undefined),
		),
		new Prompt(
			{ name: "consent", requestable: true },
			new Check("not_asked", "nobody has agreed", ({ oidc }) => oidc.result?.consent === undefined),
		),
	];
}
