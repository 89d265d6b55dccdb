import { Hono } from "hono";
import type { Clock } from "../config/ports.ts";
import type { Env } from "../http/index.ts";
import type { Proofs } from "../proofs/index.ts";
import { addressOf, parseResume } from "../resume/index.ts";
import { say } from "../words/index.ts";
import { secondFactorPage } from "./pages/second-factor.ts";
import { signOutForm } from "./pages/sign-out-form.ts";
import { goOn, type Visitors } from "./visitor.ts";

export interface SecondFactorDeps {
	readonly visitors: Visitors;
	readonly proofs: Pick<Proofs, "passkeys">;
	readonly clock: Clock;
}

/** GET /account/second-factor: what the operator demands, and the way to it. Whoever has one goes on. */
export function createSecondFactorRoutes({ visitors, proofs, clock }: SecondFactorDeps): Hono<Env> {
	const path = addressOf({ kind: "page", page: "second-factor" });
	return new Hono<Env>().get(path, async (c) => {
		const met = await visitors.meetSignedIn(c);
		if (!met.ok) return met.answer;
		const { visitor } = met;
		const to = parseResume(c.req.query("next"));
		const { missingFactor: missing } = visitor;
		if (missing === undefined) return goOn(visitor, to);
		const view = secondFactorPage({
			...{ missing, to, now: clock() },
			canBeMade: proofs.passkeys.canBeMade,
			signOut: signOutForm({ label: say("browsers.sign-out-here"), csrf: visitor.csrf("sign-out") }),
		});
		return visitor.show(view);
	});
}
