import { denyRequest } from "@countersign/core";
import type { InteractionDetails } from "../authorization/index.ts";
import type { Random } from "../config/ports.ts";
import { facts, html, type PageView } from "../pages/index.ts";
import { say } from "../words/index.ts";
import { type LoadResetDeps, loadReset, ownRequest } from "./load-reset.ts";
import { refusing } from "./pages/asking-answers.ts";
import { runsHere } from "./pages/consent.ts";
import { waitingBody, waitingTitle } from "./pages/reset-waiting.ts";
import { asksProof, type Refusal, type SignedInPostDeps } from "./signed-in-post.ts";
import type { SignedInVisitor } from "./visitor.ts";

export interface StepUpDeps extends LoadResetDeps, Pick<SignedInPostDeps, "proofs"> {
	readonly random: Pick<Random, "token">;
}

/** What the app steps up for. */
type Replaces = NonNullable<InteractionDetails["replaces"]>;

interface Form {
	/** Where its answers go. */
	readonly action: string;
	readonly csrf: string;
	readonly refusal: Refusal | undefined;
	/** Where the app waits for the answer. */
	readonly redirectUri: string;
}

/**
 * An app that steps up asks what the approval page asks, and shows what that shows: a yes here is a yes to that request,
 * and the person has to see what is replaced, for which device. Where the request does not wait any more, or is not of
 * the app that asks, there is nothing to agree to.
 */
export async function stepUpPage(
	deps: StepUpDeps,
	visitor: SignedInVisitor,
	{ reference, isOpen, redirectUri, ...form }: Replaces & Form,
): Promise<PageView> {
	const { account } = visitor.browserSession;
	const request = isOpen ? await ownRequest(deps, account.id, reference) : undefined;
	const view =
		request &&
		(await loadReset(deps, request, {
			path: form.action,
			signedInAs: visitor.userId,
			csrf: form.csrf,
			asks: await asksProof(deps, "approve-reset", visitor),
			problem: form.refusal,
			browserAddress: visitor.address,
		}));
	if (view?.stage !== "waiting")
		return {
			title: say("reset.withdrawn"),
			body: html`<p>${say("consent.nothing-waits")}</p>${refusing(form, "primary")}`,
		};
	const isWeb = redirectUri.startsWith("https:");
	const goesTo = isWeb ? undefined : facts([[say("consent.runs"), runsHere(redirectUri)]]);
	return { title: waitingTitle(view), body: html`${goesTo}${waitingBody(view)}` };
}

/** The person says no to the app: to its request, too. */
export async function refuseRequest(
	{ storage, clock, random }: StepUpDeps & { readonly storage: Parameters<typeof denyRequest>[0] },
	visitor: SignedInVisitor,
	{ reference }: Replaces,
): Promise<void> {
	await denyRequest(storage, {
		...{ reference, accountId: visitor.browserSession.account.id, address: visitor.address },
		...{ now: clock(), newToken: () => random.token() },
	});
}
