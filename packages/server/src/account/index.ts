/**
 * Account: the pages a person sees.
 *
 * Owns the routes below `/login`, `/register`, `/logout`, `/link`, `/account/` and `/interaction/`, the fallback page of apps
 * that do not know the stage, their words, and who is looking (`Visitors`). Each group is a file `createXRoutes(deps)` with its pure views in `pages/`.
 * Leaves to others: the look of a page and the check of a form (http), passwords and browser sessions (people),
 * devices (sessions), what an approval means (core), the protocol behind a consent (authorization).
 *
 * Flow of a page: meet the visitor -> ask the domain -> show. Of a form: `signedInPost`, `strangersPost` for one that signs in, or `anyonesPost` for one whose address says whose it is. GET never acts.
 */

import type { AccountId, ApprovalUnit, Transactions } from "@countersign/core";
import { type Context, Hono } from "hono";
import type { SecurityEvents } from "../audit/index.ts";
import type { DeviceLinks, Interactions } from "../authorization/index.ts";
import type { Sso } from "../compat/index.ts";
import type { Logo } from "../config/index.ts";
import type { Clock, Random } from "../config/ports.ts";
import { createCookies, type Env } from "../http/index.ts";
import type { Addresses } from "../identifiers/index.ts";
import type { Kept } from "../kept/index.ts";
import type { LostFactors } from "../lost-factors/index.ts";
import type { Objections } from "../notices/index.ts";
import { createCsrf, type Pages, type Problem } from "../pages/index.ts";
import type { PasswordLinks, Recovery } from "../password-links/index.ts";
import type { BrowserSessions, People } from "../people/index.ts";
import type { NamesThere } from "../people/ports.ts";
import type { Proofs } from "../proofs/index.ts";
import type { OwnDevices, OwnTokens, SessionRules, Sessions } from "../sessions/index.ts";
import type { Links, Upstream } from "../upstream/index.ts";
import { createActionRoutes } from "./actions.ts";
import { createApproveResetRoutes } from "./approve-reset.ts";
import { createBrowsersRoutes } from "./browsers.ts";
import { createCodesRoutes } from "./codes.ts";
import { createCompatSsoRoutes } from "./compat-sso.ts";
import { createConsentRoutes } from "./consent.ts";
import { createDeactivateRoutes } from "./deactivate.ts";
import { createDeviceNameRoutes } from "./device-name.ts";
import { createDevicesRoutes } from "./devices.ts";
import { createEmailRoutes } from "./email.ts";
import { createFallbackRoutes } from "./fallback.ts";
import { createForBrowsersRoutes } from "./for-browsers.ts";
import { createForgottenRoutes } from "./forgotten.ts";
import { createHomeRoutes } from "./home.ts";
import { createKeptBackupRoutes } from "./kept-backup.ts";
import { createLinkRoutes } from "./link.ts";
import { createLinksRoutes } from "./links.ts";
import { createLostFactorsRoutes } from "./lost-factors.ts";
import { createNewPasswordRoutes } from "./new-password.ts";
import { createNotMeRoutes } from "./not-me.ts";
import { createNoticeRoutes } from "./notice.ts";
import { createPasskeySignInRoutes } from "./passkey-sign-in.ts";
import { createPasswordRoutes } from "./password.ts";
import type {
	Captcha,
	DeviceNaming,
	HomeserverView,
	PersonNaming,
	ResetWindow,
	SessionFacts,
} from "./ports.ts";
import { createProfileRoutes } from "./profile.ts";
import { createProofsRoutes } from "./proofs.ts";
import { createRegisterRoutes } from "./register.ts";
import { createRegisterArrivedRoutes } from "./register-arrived.ts";
import { createRemovePasswordRoutes } from "./remove-password.ts";
import { createResetWindowRoutes } from "./reset-window.ts";
import { createSecondFactorRoutes } from "./second-factor.ts";
import { createSecurityLogRoutes } from "./security-log.ts";
import { createSignInRoutes } from "./sign-in.ts";
import { createSignOutRoutes } from "./sign-out.ts";
import { createSignOutEverywhereRoutes } from "./sign-out-everywhere.ts";
import { createStagePage } from "./stage-page.ts";
import { createTermsRoutes } from "./terms.ts";
import { createTokensRoutes, type TokenLifetimes } from "./tokens.ts";
import { createUpstreamRoutes } from "./upstream.ts";
import { createVisitors } from "./visitor.ts";
import { createWaitingRoutes } from "./waiting.ts";

export { logoAddress } from "./for-browsers.ts";
export { createRecognise } from "./recognise.ts";

/** What the pages need of the storage. */
interface AccountUnit extends ApprovalUnit {
	readonly events: SecurityEvents;
	readonly sessionFacts: SessionFacts;
}

export interface AccountDeps {
	readonly storage: Transactions<AccountUnit>;
	readonly people: People;
	readonly passwordLinks: PasswordLinks;
	/** Absent: nobody is sent mail. */
	readonly addresses?: Addresses;
	readonly recovery?: Recovery;
	readonly lostFactors?: LostFactors;
	readonly objections?: Objections;
	/** Other services by which people sign in, and as whom these know them. Default: there are none. */
	readonly upstream?: Upstream | undefined;
	readonly accountLinks: Links;
	/** Asked for of who registers. Default: none is. */
	readonly captcha?: Captcha | undefined;
	readonly proofs: Proofs;
	readonly browserSessions: BrowserSessions;
	readonly kept: Kept;
	readonly sessions: Pick<Sessions, "listOf" | "room" | "listKept" | "findDevice" | "findWithoutDevice">;
	readonly ownDevices: OwnDevices;
	/** How sessions live. */
	readonly rules: SessionRules;
	readonly ownTokens: OwnTokens;
	readonly tokenLifetimes: TokenLifetimes;
	readonly homeserver: Pick<NamesThere, "findUser"> & HomeserverView & PersonNaming & DeviceNaming;
	readonly interactions: Interactions;
	readonly links: DeviceLinks;
	/** Signing in for apps of the older login API, where that is served. */
	readonly sso?: Sso;
	readonly pages: Pages;
	readonly clock: Clock;
	readonly random: Random;
	readonly publicBase: string;
	/** Where apps reach the homeserver, with a trailing slash. */
	readonly homeserverBase: string;
	/** Only where uploads of keys go to the homeserver past this server: the page that opens it takes the place of requests. */
	readonly resetWindow?: ResetWindow;
	/** As `ApproveResetDeps.afterRefusal`. */
	readonly afterRefusal?: (accountId: AccountId) => Promise<void>;
	/** As `ApproveResetDeps.resetDelayMs`. */
	readonly resetDelayMs: number;
	readonly serverName: string;
	/** The operator's, where there is one. */
	readonly logo?: Logo | undefined;
	/** The installation's own key, 32 bytes; the tokens of forms are made under it. */
	readonly secretKey: Uint8Array;
}

export interface Account {
	readonly routes: Hono<Env>;
	/** What went wrong beside these routes, as the visitor sees it. */
	problem(c: Context<Env>, problem: Omit<Problem, "signedInAs">): Promise<Response>;
}

export function createAccount(deps: AccountDeps): Account {
	const { publicBase, secretKey, resetWindow } = deps;
	const visitors = createVisitors({
		...deps,
		cookies: createCookies({ publicBase }),
		csrf: createCsrf({ key: secretKey, publicBase }),
	});
	const stagePage = createStagePage(deps);
	const shared = { ...deps, visitors, stagePage };
	const routes = new Hono<Env>()
		.route("/", createSignInRoutes(shared))
		.route("/", createPasskeySignInRoutes(shared))
		.route("/", createRegisterRoutes(shared))
		.route("/", createNewPasswordRoutes(shared))
		.route("/", createSignOutRoutes(shared))
		.route("/", createConsentRoutes(shared))
		.route("/", createLinkRoutes(shared))
		.route("/", createActionRoutes(shared))
		.route("/", createForBrowsersRoutes(deps))
		.route("/", createHomeRoutes(shared))
		.route(
			"/",
			resetWindow === undefined
				? createWaitingRoutes(shared)
				: createResetWindowRoutes({ ...shared, resetWindow }),
		)
		.route("/", createApproveResetRoutes(shared))
		.route("/", createKeptBackupRoutes(shared))
		.route("/", createFallbackRoutes(shared))
		.route("/", createDevicesRoutes(shared))
		.route("/", createDeviceNameRoutes(shared))
		.route("/", createBrowsersRoutes(shared))
		.route("/", createSignOutEverywhereRoutes(shared))
		.route("/", createTokensRoutes(shared))
		.route("/", createSecurityLogRoutes(shared))
		.route("/", createProfileRoutes(shared))
		.route("/", createPasswordRoutes(shared))
		.route("/", createSecondFactorRoutes(shared))
		.route("/", createProofsRoutes(shared))
		.route("/", createCodesRoutes(shared))
		.route("/", createRemovePasswordRoutes(shared))
		.route("/", createDeactivateRoutes(shared));
	const { addresses, recovery, objections, lostFactors, upstream } = deps;
	if (upstream !== undefined)
		routes
			.route("/", createUpstreamRoutes({ ...shared, upstream }))
			.route("/", createRegisterArrivedRoutes({ ...shared, upstream }))
			.route("/", createLinksRoutes({ ...shared, upstream }));
	if (objections !== undefined)
		routes
			.route("/", createNotMeRoutes({ ...shared, objections }))
			.route("/", createNoticeRoutes({ ...shared, objections }));
	if (recovery !== undefined) routes.route("/", createForgottenRoutes({ ...shared, recovery }));
	if (lostFactors !== undefined) routes.route("/", createLostFactorsRoutes({ ...shared, lostFactors }));
	if (addresses !== undefined) routes.route("/", createEmailRoutes({ ...shared, addresses }));
	const { terms } = deps.people;
	if (terms !== undefined) routes.route("/", createTermsRoutes({ ...shared, terms }));
	if (deps.sso !== undefined) routes.route("/", createCompatSsoRoutes({ ...shared, sso: deps.sso }));
	return { routes, problem: async (c, problem) => (await visitors.meet(c)).problem(problem) };
}
