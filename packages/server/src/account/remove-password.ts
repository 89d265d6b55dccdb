import { Hono } from "hono";
import { type Env, seeOther } from "../http/index.ts";
import type { People } from "../people/index.ts";
import type { Proofs } from "../proofs/index.ts";
import { addressOf } from "../resume/index.ts";
import { say } from "../words/index.ts";
import { removePasswordPage, removePasswordPath } from "./pages/remove-password.ts";
import { needsProof, type Refusal, type SignedInPostDeps, signedInPost } from "./signed-in-post.ts";
import type { SignedInVisitor } from "./visitor.ts";

export interface RemovePasswordDeps extends SignedInPostDeps {
	readonly proofs: SignedInPostDeps["proofs"] & Pick<Proofs, "asks">;
	readonly people: Pick<People, "removePassword" | "byId">;
}

const purpose = "remove-password";
const proofsPath = addressOf({ kind: "page", page: "proofs" });

/** GET and POST /account/proofs/remove-password, by a passkey alone. Whoever has no password, or no passkey, is led back. */
export function createRemovePasswordRoutes(deps: RemovePasswordDeps): Hono<Env> {
	return new Hono<Env>()
		.get(removePasswordPath, async (c) => {
			const met = await deps.visitors.meetSignedIn(c);
			return met.ok ? show(deps, met.visitor) : met.answer;
		})
		.post(
			removePasswordPath,
			signedInPost<undefined>(deps, {
				find: () => undefined,
				purpose: () => purpose,
				choose: ({ visitor: { address }, form }) => {
					if (form.text("passkey") === "") return refusalOf["not-by-passkey"];
					return needsProof("remove-password", async (proof) => {
						const outcome = await deps.people.removePassword({ proof, address });
						if (outcome.ok) return seeOther(proofsPath);
						return outcome.reason === "signed-out" ? outcome.reason : refusalOf[outcome.reason];
					});
				},
				// The passkey's answer is used up by the form that did it.
				doneBefore: async ({ visitor: { browserSession } }) =>
					(await deps.people.byId(browserSession.account.id))?.hasPassword === false
						? seeOther(proofsPath)
						: undefined,
				again: ({ visitor }, refusal) => show(deps, visitor, refusal),
			}),
		);
}

const refusalOf = {
	"not-by-passkey": {
		field: "passkey",
		text: say("proofs.password-remove-by-passkey"),
		options: { status: 403 },
	},
	"no-passkey": { text: say("proofs.password-remove-no-passkey"), options: { status: 409 } },
} as const satisfies Record<string, Refusal>;

async function show(
	{ proofs }: RemovePasswordDeps,
	visitor: SignedInVisitor,
	refusal?: Refusal,
): Promise<Response> {
	const { proof, account } = visitor.browserSession;
	const { passkey } = await proofs.asks(proof);
	if (passkey === undefined || !account.hasPassword) return seeOther(proofsPath);
	const view = removePasswordPage({
		...{ username: account.localpart, csrf: visitor.csrf(purpose) },
		...{ passkey, problem: refusal },
	});
	return visitor.show(view, refusal?.options);
}
