import { type Context, Hono } from "hono";
import type { Env } from "../http/index.ts";
import { readName } from "../identifiers/index.ts";
import type { PageOptions, Pages } from "../pages/index.ts";
import type { People } from "../people/index.ts";
import { type DeactivateView, deactivatedPage, deactivatePage } from "./pages/deactivate.ts";
import { checkProof, type ProofDeps } from "./proof.ts";
import type { SignedInVisitor, Visitors } from "./visitor.ts";

export interface DeactivateDeps extends ProofDeps {
	readonly people: ProofDeps["people"] & Pick<People, "deactivate">;
	readonly visitors: Visitors;
	readonly pages: Pages;
	readonly serverName: string;
}

const purpose = "deactivate";

/** GET and POST /account/deactivate: the name typed and the password entered, whenever it was entered last. */
export function createDeactivateRoutes(deps: DeactivateDeps): Hono<Env> {
	return new Hono<Env>()
		.get("/account/deactivate", async (c) => {
			const met = await deps.visitors.meetSignedIn(c);
			return met.ok ? show(met.visitor) : met.answer;
		})
		.post("/account/deactivate", (c) => receive(deps, c));
}

async function receive(deps: DeactivateDeps, c: Context<Env>): Promise<Response> {
	const met = await deps.visitors.meetSignedIn(c);
	if (!met.ok) return met.answer;
	const { visitor } = met;
	const received = await visitor.receive(purpose);
	if (!received.ok) return received.answer;
	const { form } = received;
	const { userId, browserSession } = visitor;
	const { account } = browserSession;
	const erase = form.value("erase") !== undefined;
	const typed = readName(form.value("username") ?? "", deps.serverName);
	if (!typed.ok || typed.localpart !== account.localpart) {
		const text = "This is not the name of the account you are signed in with.";
		return show(visitor, { erase, problem: { field: "username", text }, options: { status: 400 } });
	}
	const proof = await checkProof(deps, visitor, { form, always: true });
	if (!proof.ok) {
		const problem = { field: "password", text: proof.problem } as const;
		return show(visitor, { erase, problem, options: proof.options });
	}
	await deps.people.deactivate({ accountId: account.id, erase, address: visitor.address });
	return deps.pages.show(deactivatedPage({ userId, erased: erase }), {
		cookies: [deps.visitors.signedOutCookie()],
	});
}

function show(
	visitor: SignedInVisitor,
	refused?: Pick<DeactivateView, "erase" | "problem"> & { readonly options: PageOptions },
): Response {
	const view = deactivatePage({
		userId: visitor.userId,
		username: visitor.browserSession.account.localpart,
		csrf: visitor.csrf(purpose),
		erase: refused?.erase ?? false,
		problem: refused?.problem,
	});
	return visitor.show(view, refused?.options);
}
