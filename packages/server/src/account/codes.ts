import { type Context, Hono } from "hono";
import { type Env, seeOther } from "../http/index.ts";
import type { Proofs } from "../proofs/index.ts";
import type { Resume } from "../resume/index.ts";
import { say } from "../words/index.ts";
import {
	codesNotAdded,
	codesPath,
	newCodesPage,
	newCodesPath,
	newRecoveryCodesPage,
	recoveryCodesPage,
	recoveryCodesPath,
	removeCodesPage,
	removeCodesPath,
	showAppPage,
} from "./pages/codes.ts";
import { onTheWay, readNext } from "./pages/on-the-way.ts";
import { newPasskeyPath, proofsPath } from "./pages/proofs.ts";
import {
	needsNoProof,
	needsProof,
	type Refusal,
	type SignedInPost,
	type SignedInPostDeps,
	signedInPost,
	type Visit,
} from "./signed-in-post.ts";
import type { SignedInVisitor } from "./visitor.ts";

export interface CodesPagesDeps extends SignedInPostDeps {
	readonly proofs: SignedInPostDeps["proofs"] & Pick<Proofs, "codes" | "passkeys" | "asks">;
	readonly serverName: string;
}

interface Asked {
	/** Where they were going when a second factor was asked for. */
	readonly to: Resume | undefined;
	readonly refusal?: Refusal;
}

/** A page that asks for a proof, and what is done with it. */
interface ProvenPage {
	readonly path: string;
	readonly purpose: string;
	ask(deps: CodesPagesDeps, visitor: SignedInVisitor, asked: Asked): Promise<Response>;
	readonly choose: (deps: CodesPagesDeps) => SignedInPost<undefined>["choose"];
	/** Whether the same form, sent before, did it. */
	isDone?(deps: CodesPagesDeps, visitor: SignedInVisitor): Promise<boolean>;
}

const pages: readonly ProvenPage[] = [
	{
		...{ path: newCodesPath, purpose: "new-codes" },
		ask: async ({ proofs }, visitor, { to, refusal }) => {
			const { proof, account } = visitor.browserSession;
			if (!(await proofs.codes.canBeMade(account.id))) return visitor.problem(noCodes(proofs, to));
			const view = newCodesPage({
				...{ to, csrf: visitor.csrf("new-codes"), problem: refusal },
				asks: await proofs.asks(proof),
			});
			return visitor.show(view, refusal?.options);
		},
		choose:
			({ proofs, serverName }) =>
			({ visitor, form }) =>
				needsProof("add-factor", async (proof) => {
					if (!(await proofs.codes.canBeMade(proof.accountId)))
						return visitor.problem(noCodes(proofs, readNext(form.value("next"))));
					const app = proofs.codes.begin(proof, { userId: visitor.userId, issuer: serverName });
					const to = readNext(form.value("next"));
					return visitor.show(showAppPage({ app, to, csrf: visitor.csrf("keep-codes") }));
				}),
	},
	{
		...{ path: removeCodesPath, purpose: "remove-codes" },
		ask: async ({ proofs }, visitor, { refusal }) =>
			visitor.show(
				removeCodesPage({
					...{ csrf: visitor.csrf("remove-codes"), problem: refusal },
					asks: await proofs.asks(visitor.browserSession.proof),
				}),
				refusal?.options,
			),
		choose:
			({ proofs }) =>
			({ visitor: { address } }) =>
				needsProof("remove-factor", async (proof) => {
					const outcome = await proofs.codes.remove({ proof, address });
					if (outcome.ok) return seeOther(proofsPath);
					if (outcome.reason === "signed-out") return outcome.reason;
					return { text: say("second-factor.remove-demanded"), options: { status: 409 } };
				}),
		isDone: async ({ proofs }, { browserSession }) =>
			(await proofs.codes.stateOf(browserSession.account.id)).since === undefined,
	},
	{
		...{ path: recoveryCodesPath, purpose: "recovery-codes" },
		ask: async ({ proofs }, visitor, { refusal }) => {
			const { proof, account } = visitor.browserSession;
			const problem = await orMadeBefore(refusal, () => proofs.codes.areNew(account.id));
			const view = newRecoveryCodesPage({
				...{ csrf: visitor.csrf("recovery-codes"), problem },
				...{ asks: await proofs.asks(proof), left: (await proofs.codes.stateOf(account.id)).left },
			});
			return visitor.show(view, refusal?.options);
		},
		choose:
			({ proofs }) =>
			({ visitor }) =>
				needsProof("make-recovery-codes", async (proof) => {
					const made = await proofs.codes.makeRecoveryCodes({ proof, address: visitor.address });
					if (made.ok) return visitor.show(recoveryCodesPage({ userId: visitor.userId, codes: made.codes }));
					return made.reason === "signed-out" ? "signed-out" : seeOther(proofsPath);
				}),
	},
];

/** One-time codes, set up in two steps as a passkey is, and recovery codes. */
export function createCodesRoutes(deps: CodesPagesDeps): Hono<Env> {
	const routes = new Hono<Env>()
		.get(codesPath, () => seeOther(proofsPath))
		.post(
			codesPath,
			signedInPost<undefined>(deps, {
				find: () => undefined,
				purpose: () => "keep-codes",
				choose: (visit) => needsNoProof(() => keep(deps, visit)),
				again: ({ visitor, form }, { text }) =>
					visitor.problem(codesNotAdded(text, readNext(form.value("next")))),
			}),
		);
	for (const { path, purpose, ask, choose, isDone } of pages)
		routes
			.get(path, async (c: Context<Env>) => {
				const met = await deps.visitors.meetSignedIn(c);
				return met.ok ? ask(deps, met.visitor, { to: readNext(c.req.query("next")) }) : met.answer;
			})
			.post(
				path,
				signedInPost<undefined>(deps, {
					find: () => undefined,
					purpose: () => purpose,
					choose: choose(deps),
					doneBefore: async ({ visitor }) =>
						(await isDone?.(deps, visitor)) === true ? seeOther(proofsPath) : undefined,
					again: ({ visitor, form }, refusal) =>
						ask(deps, visitor, { to: readNext(form.value("next")), refusal }),
				}),
			);
	return routes;
}

/** What there has to be first. */
function noCodes({ passkeys }: Pick<Proofs, "passkeys">, to: Resume | undefined) {
	const action = passkeys.canBeMade
		? { label: say("proofs.add"), href: onTheWay(newPasskeyPath, to) }
		: { label: say("proofs.title"), href: proofsPath };
	return { status: 409, title: say("codes.not-added"), text: say("codes.alone"), action } as const;
}

/**
 * A code or passkey that was used may be the one of the same form, sent before: its answer showed the codes, which another
 * server of the same database does not have to tell again. To say no more than "wrong" would be untrue.
 */
async function orMadeBefore(
	refusal: Refusal | undefined,
	areNew: () => Promise<boolean>,
): Promise<Refusal | undefined> {
	if (refusal?.field !== "code" && refusal?.field !== "passkey") return refusal;
	return (await areNew()) ? { ...refusal, text: say("codes.recovery-made") } : refusal;
}

/** A wrong code asks for another one; the secret stays. */
async function keep(
	{ proofs, serverName }: CodesPagesDeps,
	{ visitor, form }: Visit<undefined>,
): Promise<Response | Refusal | "signed-out"> {
	const { address, userId, browserSession } = visitor;
	const app = { secret: form.text("secret"), ticket: form.text("ticket") };
	const code = form.text("code");
	const outcome = await proofs.codes.keep({ by: browserSession.proof, ...app, code, address });
	const to = readNext(form.value("next"));
	if (outcome.ok) return seeOther(onTheWay(proofsPath, to));
	if (outcome.reason === "signed-out") return outcome.reason;
	if (outcome.reason === "alone") return visitor.problem(noCodes(proofs, to));
	if (outcome.reason === "late") return { text: say("proofs.passkey-late"), options: { status: 403 } };
	const view = showAppPage({
		app: proofs.codes.again(app, { userId, issuer: serverName }),
		to,
		csrf: visitor.csrf("keep-codes"),
		problem: say("codes.wrong"),
	});
	return visitor.show(view, { status: 403 });
}
