import { removeCodesPage } from "../../src/account/pages/codes.ts";
import { homePage } from "../../src/account/pages/home.ts";
import { proofsPage } from "../../src/account/pages/proofs.ts";
import { secondFactorPage } from "../../src/account/pages/second-factor.ts";
import { signOutForm } from "../../src/account/pages/sign-out-form.ts";
import type { PageView } from "../../src/pages/index.ts";
import { say } from "../../src/words/index.ts";

const day = 24 * 3_600_000;

/** What somebody sees of whom a second factor is demanded. */
export function factorViews(now: number): readonly { readonly name: string; readonly view: PageView }[] {
	const signOut = signOutForm({ label: say("browsers.sign-out-here"), csrf: "t" });
	const to = { kind: "front" } as const;
	const early = { until: now + 13 * day, isOver: false };
	const late = { until: now - day, isOver: true };
	const codes = { since: now, left: 0 };
	const home = {
		...{ userId: "@alice:localhost", createdAt: now - 90 * day, devices: [], waiting: [], isKept: false },
		safety: {
			...{ identity: undefined, passkeys: 0, canHavePasskeys: true, addresses: 1 },
			codes: { since: undefined, left: 0 },
		},
		...{ events: [], now, signOut },
	};
	const [asks, problem] = [{ password: true, code: true }, { text: say("second-factor.remove-demanded") }];
	return [
		{ name: "home-second-factor", view: homePage({ ...home, missingFactor: early }) },
		{
			name: "second-factor",
			view: secondFactorPage({ missing: early, to, canBeMade: true, now, signOut }),
		},
		{
			name: "second-factor-over",
			view: secondFactorPage({ missing: late, to, canBeMade: true, now, signOut }),
		},
		{
			name: "second-factor-without-passkeys",
			view: secondFactorPage({ missing: late, to, canBeMade: false, now, signOut }),
		},
		{
			name: "second-factor-added",
			view: proofsPage({ passkeys: [], canBeMade: true, codes, to, now }),
		},
		{ name: "second-factor-stays", view: removeCodesPage({ csrf: "t", asks, problem }) },
	];
}
