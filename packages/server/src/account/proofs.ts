import { type Context, Hono } from "hono";
import type { Clock } from "../config/ports.ts";
import { type Env, type Form, safeText, seeOther } from "../http/index.ts";
import { type Passkey, type Proofs, passkeyNameLength } from "../proofs/index.ts";
import type { Resume } from "../resume/index.ts";
import { say } from "../words/index.ts";
import { onTheWay, readNext } from "./pages/on-the-way.ts";
import {
	makePasskeyPage,
	newPasskeyPage,
	newPasskeyPath,
	noSuchPasskey,
	notAdded,
	passkeyPage,
	passkeyPath,
	proofsPage,
	proofsPath,
} from "./pages/proofs.ts";
import {
	type Deed,
	needsNoProof,
	needsProof,
	type Refusal,
	type SignedInPostDeps,
	signedInPost,
	type Visit,
} from "./signed-in-post.ts";
import type { SignedInVisitor } from "./visitor.ts";

export interface ProofsPagesDeps extends SignedInPostDeps {
	readonly proofs: SignedInPostDeps["proofs"] & Pick<Proofs, "passkeys" | "codes" | "asks" | "isInDirectory">;
	readonly clock: Clock;
}

const [begin, add] = ["new-passkey", "add-passkey"];

/**
 * /account/proofs: the ways to prove that it is you. A passkey is added in two steps: who proves who they are gets what
 * their browser needs to make one, and what it made is added.
 */
export function createProofsRoutes(deps: ProofsPagesDeps): Hono<Env> {
	return new Hono<Env>()
		.get(proofsPath, (c) => show(deps, c))
		.post(
			proofsPath,
			signedInPost<undefined>(deps, {
				find: () => undefined,
				purpose: () => add,
				choose: (visit) => needsNoProof(() => keep(deps, visit)),
				again: ({ visitor, form }, { text }) => visitor.problem(notAdded(text, readNext(form.value("next")))),
			}),
		)
		.get(newPasskeyPath, async (c) => {
			const met = await deps.visitors.meetSignedIn(c);
			return met.ok ? askToBegin(deps, met.visitor, { to: readNext(c.req.query("next")) }) : met.answer;
		})
		.post(
			newPasskeyPath,
			signedInPost<undefined>(deps, {
				find: () => undefined,
				purpose: () => begin,
				choose: (visit) => make(deps, visit),
				again: ({ visitor, form }, refusal) =>
					askToBegin(deps, visitor, {
						to: readNext(form.value("next")),
						refused: { name: typedName(form), refusal },
					}),
			}),
		)
		.get(`${proofsPath}/passkeys/:id`, async (c) => {
			const met = await deps.visitors.meetSignedIn(c);
			if (!met.ok) return met.answer;
			const found = await ownPasskey(deps, met.visitor, c.req.param("id"));
			return found === undefined
				? met.visitor.problem(noSuchPasskey)
				: confirmRemoval(deps, met.visitor, { found });
		})
		.post(
			`${proofsPath}/passkeys/:id`,
			signedInPost<Passkey>(deps, {
				// One that is gone, or never was theirs: it is as the form asked for.
				find: async (c, visitor) =>
					(await ownPasskey(deps, visitor, c.req.param("id") ?? "")) ?? seeOther(proofsPath),
				purpose: removalOf,
				choose: (visit) => remove(deps, visit),
				doneBefore: async ({ visitor, found }) =>
					(await ownPasskey(deps, visitor, found.id)) === undefined ? seeOther(proofsPath) : undefined,
				again: ({ visitor, found }, refusal) => confirmRemoval(deps, visitor, { found, refusal }),
			}),
		);
}

async function show({ visitors, proofs, clock }: ProofsPagesDeps, c: Context<Env>): Promise<Response> {
	const met = await visitors.meetSignedIn(c);
	if (!met.ok) return met.answer;
	const { account } = met.visitor.browserSession;
	const passkeys = await proofs.passkeys.list(account.id);
	const { canBeMade } = proofs.passkeys;
	const codes = await proofs.codes.stateOf(account.id);
	const to = readNext(c.req.query("next"));
	const { hasPassword } = account;
	const isInDirectory = await proofs.isInDirectory(account.id);
	const now = clock();
	return met.visitor.show(proofsPage({ passkeys, canBeMade, codes, hasPassword, isInDirectory, to, now }));
}

/** As it will be shown: a name in which nothing is hidden and nothing reorders what stands around it. */
function typedName(form: Form): string {
	return safeText(form.text("name"), 4096);
}

interface Begun {
	/** Where they were going when a second factor was asked for. */
	readonly to: Resume | undefined;
	readonly refused?: { readonly name: string; readonly refusal: Refusal };
}

async function askToBegin(
	{ proofs }: ProofsPagesDeps,
	visitor: SignedInVisitor,
	{ to, refused }: Begun,
): Promise<Response> {
	const view = newPasskeyPage({
		name: refused?.name ?? "",
		to,
		csrf: visitor.csrf(begin),
		asks: await proofs.asks(visitor.browserSession.proof),
		problem: refused?.refusal,
	});
	return visitor.show(view, refused?.refusal.options);
}

function make({ proofs }: ProofsPagesDeps, { visitor, form }: Visit<undefined>): Deed | Refusal {
	const name = typedName(form);
	if (name === "") return { ...ofName, text: say("proofs.name-missing") };
	if ([...name].length > passkeyNameLength)
		return { ...ofName, text: say("proofs.name-too-long", { most: passkeyNameLength }) };
	return needsProof("add-factor", async (proof) => {
		const options = await proofs.passkeys.begin(proof, visitor);
		if (options === undefined) return seeOther(proofsPath);
		const to = readNext(form.value("next"));
		return visitor.show(makePasskeyPage({ name, options, to, csrf: visitor.csrf(add) }));
	});
}

const ofName = { field: "name", options: { status: 400 } } as const;

async function keep(
	{ proofs }: ProofsPagesDeps,
	{ visitor, form }: Visit<undefined>,
): Promise<Response | Refusal | "signed-out"> {
	const { address, browserSession } = visitor;
	const name = safeText(form.text("name"), passkeyNameLength);
	const answer = form.text("passkey");
	const outcome = await proofs.passkeys.add({ by: browserSession.proof, answer, name, address });
	if (outcome.ok) return seeOther(onTheWay(proofsPath, readNext(form.value("next"))));
	if (outcome.reason === "signed-out") return outcome.reason;
	return { text: notAddedBecause[outcome.reason], options: { status: 403 } };
}

const notAddedBecause = {
	wrong: say("proofs.passkey-failed"),
	late: say("proofs.passkey-late"),
	known: say("proofs.passkey-known"),
} as const;

/** One of the person's own. */
async function ownPasskey(
	{ proofs }: ProofsPagesDeps,
	visitor: SignedInVisitor,
	id: string,
): Promise<Passkey | undefined> {
	const all = await proofs.passkeys.list(visitor.browserSession.account.id);
	return all.find((one) => one.id === id);
}

async function confirmRemoval(
	{ proofs, clock }: ProofsPagesDeps,
	visitor: SignedInVisitor,
	{ found, refusal }: { readonly found: Passkey; readonly refusal?: Refusal },
): Promise<Response> {
	const view = passkeyPage({
		passkey: found,
		action: passkeyPath(found.id),
		csrf: visitor.csrf(removalOf(found)),
		asks: await proofs.asks(visitor.browserSession.proof),
		problem: refusal,
		now: clock(),
	});
	return visitor.show(view, refusal?.options);
}

function remove({ proofs }: ProofsPagesDeps, { visitor: { address }, found: { id } }: Visit<Passkey>): Deed {
	return needsProof("remove-factor", async (proof) => {
		const outcome = await proofs.passkeys.remove({ proof, id, address });
		if (outcome.ok || outcome.reason === "unknown") return seeOther(proofsPath);
		if (outcome.reason === "signed-out") return outcome.reason;
		return { text: notRemovedBecause[outcome.reason], options: { status: 409 } };
	});
}

const notRemovedBecause = {
	last: say("proofs.remove-last"),
	"beside-codes": say("proofs.remove-beside-codes"),
	demanded: say("second-factor.remove-demanded"),
} as const;

function removalOf({ id }: Passkey): string {
	return `remove-passkey ${id}`;
}
