import { Hono } from "hono";
import { type Env, seeOther } from "../http/index.ts";
import type { PageOptions } from "../pages/index.ts";
import type { People } from "../people/index.ts";
import type { Proofs } from "../proofs/index.ts";
import { newPasswordRefusal } from "./messages.ts";
import { type PasswordView, passwordElsewherePage, passwordPage } from "./pages/password.ts";
import { needsProof, type Refusal, type SignedInPostDeps, signedInPost } from "./signed-in-post.ts";
import type { SignedInVisitor } from "./visitor.ts";

export interface PasswordDeps extends SignedInPostDeps {
	readonly proofs: SignedInPostDeps["proofs"] & Pick<Proofs, "again" | "asks" | "isInDirectory">;
	readonly people: Pick<People, "refusesPassword" | "changePassword" | "isPasswordJustChanged">;
}

const path = "/account/password";
const purpose = "change-password";

/** GET and POST /account/password. Done, it leads to the security log, whose first line says so. */
export function createPasswordRoutes(deps: PasswordDeps): Hono<Env> {
	return new Hono<Env>()
		.get(path, async (c) => {
			const met = await deps.visitors.meetSignedIn(c);
			return met.ok ? show(deps, met.visitor) : met.answer;
		})
		.post(
			path,
			signedInPost<undefined>(deps, {
				find: () => undefined,
				purpose: () => purpose,
				passwordField: "current",
				async choose({ visitor, form }) {
					const { address, browserSession } = visitor;
					if (await deps.proofs.isInDirectory(browserSession.account.id))
						return visitor.show(passwordElsewherePage(), { status: 403 });
					const next = form.text("password");
					const refused = await deps.people.refusesPassword(browserSession.account.id, next);
					if (refused !== undefined) return tooWeak(refused);
					return needsProof("change-password", async (proof) => {
						const changed = await deps.people.changePassword({ proof, next, address });
						if (changed.ok) return seeOther("/account/security");
						if (changed.reason === "elsewhere") return visitor.show(passwordElsewherePage(), { status: 403 });
						return changed.reason === "signed-out" ? "signed-out" : tooWeak(changed.reason);
					});
				},
				// Where the password was just changed, and to the new one, what the form asks for is so. Asked through the same
				// door as every other try, and only after a change, so that a wrong guess is one try.
				async doneBefore({ visitor, form }) {
					const { account } = visitor.browserSession;
					if (!(await deps.people.isPasswordJustChanged(account.id))) return undefined;
					const entered = { password: form.text("password"), address: visitor.address };
					const proved = await deps.proofs.again(visitor.browserSession.proof, entered);
					return proved.ok ? seeOther("/account/security") : undefined;
				},
				again: ({ visitor }, { field, text, options }) =>
					show(deps, visitor, {
						problem: { field, text },
						options,
					}),
			}),
		);
}

function tooWeak(reason: keyof typeof newPasswordRefusal): Refusal {
	return { field: "password", text: newPasswordRefusal[reason], options: { status: 400 } };
}

async function show(
	{ proofs }: PasswordDeps,
	visitor: SignedInVisitor,
	refused?: Pick<PasswordView, "problem"> & { readonly options: PageOptions },
): Promise<Response> {
	const { proof, account } = visitor.browserSession;
	if (await proofs.isInDirectory(account.id)) return visitor.show(passwordElsewherePage());
	const view = passwordPage({
		username: account.localpart,
		csrf: visitor.csrf(purpose),
		asks: await proofs.asks(proof),
		problem: refused?.problem,
	});
	return visitor.show(view, refused?.options);
}
