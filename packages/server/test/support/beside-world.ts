import { HomeserverUnavailable } from "@countersign/core";
import { createHomeRoutes } from "../../src/account/home.ts";
import { resetPage } from "../../src/account/pages/reset.ts";
import { agreedPage, leavingPage } from "../../src/account/pages/reset-leaving.ts";
import type { ResetStage } from "../../src/account/pages/reset-view.ts";
import { createResetWindowRoutes } from "../../src/account/reset-window.ts";
import { createSecurityLogRoutes } from "../../src/account/security-log.ts";
import { listen, type PageView } from "../../src/http/index.ts";
import { compatViews } from "./compat-sights.ts";
import { lastingPort } from "./lasting-port.ts";
import { openPagesWorld } from "./pages-world.ts";
import { random } from "./people-world.ts";

/** The pages that look otherwise beside a homeserver elsewhere, with small ports in its place. */
export interface BesideWorld {
	/** With a trailing slash. */
	readonly url: string;
	/** Whether the homeserver answers. Default yes. */
	setAnswering(answers: boolean): void;
	advance(ms: number): void;
	/** A page of these samples is shown at `/sample/<name>` to who is signed in. */
	readonly samples: readonly { readonly name: string; readonly view: PageView }[];
	[Symbol.asyncDispose](): Promise<void>;
}

export async function openBesideWorld(): Promise<BesideWorld> {
	const port = await lastingPort();
	const url = `http://localhost:${port}/`;
	const world = await openPagesWorld({ publicBase: url });
	await world.add("alice");
	let answering = true;
	const orUnavailable = async () => {
		if (!answering) throw new HomeserverUnavailable();
	};
	const { storage, people, browserSessions, visitors, clock, app } = world;
	const deps = { storage, people, browserSessions, visitors, clock, random, serverName: "localhost" };
	const samples = [...sampleViews(clock()), ...compatViews(clock())];
	app
		.route("/", createResetWindowRoutes({ ...deps, resetWindow: { open: orUnavailable } }))
		.route("/", createHomeRoutes({ ...deps, sessions: noSessions }))
		.route("/", createSecurityLogRoutes({ ...deps, sessions: noSessions }))
		.get("/sample/:name", async (c) => {
			const met = await visitors.meetSignedIn(c);
			const sample = samples.find(({ name }) => name === c.req.param("name"));
			return met.ok && sample !== undefined ? met.visitor.show(sample.view) : c.notFound();
		});
	const socket = await listen({
		...{ host: "127.0.0.1", port, raw: () => undefined },
		answer: (request, bindings) => app.fetch(request, bindings),
		onError(error) {
			throw error;
		},
	});
	if (!socket.ok) throw new Error(socket.reason);
	return {
		...{ url, samples, advance: world.advance },
		setAnswering(answers) {
			answering = answers;
		},
		async [Symbol.asyncDispose]() {
			await socket.server.close(0);
			await world[Symbol.asyncDispose]();
		},
	};
}

const noSessions = { listOf: async () => [] };

const newKey = "EmkqvokUn8p+vQAGZitOk4PWjp7Ukp3txV2TbMPEiBQ";
const oldKey = "DMoMlIfULjBoFaT1BCvyTp28ILTK6fKGMd9VKSfpQcE";

/** States of the approval page that only a homeserver elsewhere brings about. */
function sampleViews(now: number): BesideWorld["samples"] {
	const shown = (stage: ResetStage, currentKey?: string): PageView =>
		resetPage({
			...stage,
			...{ now, path: "/account/reset/reference", csrf: "t", passwordNeeded: false },
			signedInAs: "@alice:localhost",
			asking: {
				reference: "reference",
				app: { name: "Example App", host: "app.example" },
				device: { id: "PHONEOFALICE", name: "Alice's phone" },
				...{ signedInAt: now - 36_000_000, signedInAddress: "192.0.2.7", signedOut: false },
				...{ askedAt: now - 60_000, lastAskedAt: now, address: "192.0.2.7", browserAddress: "192.0.2.7" },
				...{ newKey, currentKey, hasBackup: undefined },
			},
		});
	const failed = { stage: "failed", reason: "M_INVALID_SIGNATURE: <b>no</b>\u202e", endedAt: now } as const;
	const waiting = { stage: "waiting", warnings: [], expiresAt: now + 600_000 } as const;
	return [
		{ name: "reset-waiting-unanswered", view: shown(waiting) },
		{ name: "reset-spending", view: shown({ stage: "spending" }, oldKey) },
		{ name: "reset-failed", view: shown(failed, oldKey) },
		{ name: "reset-failed-in-part", view: shown(failed, newKey) },
		{ name: "reset-failed-unknown", view: shown(failed) },
		{ name: "reset-unchecked", view: shown({ stage: "replaced", progress: "unknown", endedAt: now }) },
		{ name: "reset-leaving", view: leavingPage("https://matrix.example.org/fallback") },
		{ name: "reset-agreed", view: agreedPage({ request: "/account/reset/reference" }) },
	];
}
