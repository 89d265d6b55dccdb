import { Hono } from "hono";
import { type Env, type Form, seeOther } from "../http/index.ts";
import type { PageOptions } from "../pages/index.ts";
import type { NamesThere } from "../people/ports.ts";
import { say } from "../words/index.ts";
import { ifAnswered } from "./if-answered.ts";
import { type ProfileView, profilePage } from "./pages/profile.ts";
import type { PersonNaming } from "./ports.ts";
import { needsNoProof, type SignedInPostDeps, signedInPost } from "./signed-in-post.ts";
import type { SignedInVisitor } from "./visitor.ts";

export interface ProfileDeps extends SignedInPostDeps {
	readonly homeserver: Pick<NamesThere, "findUser"> & PersonNaming;
}

const purpose = "profile";
/** How long the page waits for the name. */
const patienceMs = 1_000;

/**
 * GET and POST /account/profile: the display name. Any app of the person can change it too, so it takes no password.
 * Done, it leads to the front page, which shows the name as it is.
 * @see https://spec.matrix.org/v1.17/client-server-api/#put_matrixclientv3profileuseriddisplayname
 */
export function createProfileRoutes(deps: ProfileDeps): Hono<Env> {
	return new Hono<Env>()
		.get("/account/profile", async (c) => {
			const met = await deps.visitors.meetSignedIn(c);
			return met.ok ? show(deps, met.visitor) : met.answer;
		})
		.post(
			"/account/profile",
			signedInPost<undefined>(deps, {
				find: () => undefined,
				purpose: () => purpose,
				choose: ({ visitor, form }) => needsNoProof(() => save(deps, visitor, typedName(form))),
				again: ({ visitor, form }, { text, options }) =>
					show(deps, visitor, { typed: typedName(form), problem: text, options }),
			}),
		);
}

/** A homeserver on PostgreSQL cannot store the character zero, and what it is told next would wait for that for ever. */
const control = /\p{Cc}/gu;

function typedName(form: Form): string {
	return form.text("displayname").replaceAll(control, "").trim();
}

async function save({ homeserver }: ProfileDeps, visitor: SignedInVisitor, typed: string) {
	const displayName = typed === "" ? undefined : typed;
	const outcome = await homeserver.setDisplayName({ by: visitor.browserSession.proof, displayName });
	if (outcome.ok) return seeOther("/account/");
	if (outcome.reason === "signed-out") return outcome.reason;
	const text = say("profile.too-long", { most: outcome.atMost });
	return { text, options: { status: 400 } };
}

async function show(
	deps: ProfileDeps,
	visitor: SignedInVisitor,
	refused?: Required<Pick<ProfileView, "problem">> & {
		readonly typed: string;
		readonly options: PageOptions;
	},
): Promise<Response> {
	const view = profilePage({
		userId: visitor.userId,
		displayName: refused?.typed ?? (await nameOf(deps, visitor)) ?? "",
		csrf: visitor.csrf(purpose),
		problem: refused?.problem,
	});
	return visitor.show(view, refused?.options);
}

/** As the homeserver has it, where apps may have changed it since; where that does not answer, as it was saved here. */
async function nameOf(
	{ homeserver }: ProfileDeps,
	{ browserSession: { account } }: SignedInVisitor,
): Promise<string | undefined> {
	const user = await ifAnswered(homeserver.findUser(account.localpart), patienceMs);
	return user === undefined ? account.displayName : user.displayName;
}
