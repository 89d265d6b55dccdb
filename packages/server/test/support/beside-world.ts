import { HomeserverUnavailable, StorageUnavailable } from "@countersign/core";
import { createHomeRoutes } from "../../src/account/home.ts";
import { createRegisterRoutes } from "../../src/account/register.ts";
import { createResetWindowRoutes } from "../../src/account/reset-window.ts";
import { createSecurityLogRoutes } from "../../src/account/security-log.ts";
import { listen } from "../../src/http/index.ts";
import { createFailures, type PageView } from "../../src/pages/index.ts";
import { usualRules } from "../../src/sessions/index.ts";
import { adminViews } from "./admin-sights.ts";
import { compatViews } from "./compat-sights.ts";
import { lastingPort } from "./lasting-port.ts";
import { openPagesWorld } from "./pages-world.ts";
import { random } from "./people-world.ts";
import { resetViews } from "./reset-sights.ts";
import { rareViews } from "./sample-sights.ts";

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
	const { storage, people, proofs, browserSessions, visitors, clock, app, pages } = world;
	const deps = { storage, people, proofs, browserSessions, visitors, clock, random, serverName: "localhost" };
	const homeserver = {
		async identityOf() {
			await orUnavailable();
			const [signedDevices, backup] = [["PHONE", "DESK"], { state: "there", keys: 1234 } as const];
			return { masterKey: "key", selfSigningValid: true, signedDevices, backup };
		},
	};
	const terms = { url: "https://example.org/terms", version: "2026-11" };
	const samples = [
		...resetViews(clock()),
		...compatViews(clock()),
		...adminViews(clock()),
		...rareViews(clock()),
	];
	app.onError((error, c) => createFailures(pages)(error, c.req.path));
	app
		.get("/broken", () => {
			throw new Error("a fault of ours");
		})
		.get("/data-away", () => {
			throw new StorageUnavailable("the data are away");
		})
		.route(
			"/closed",
			createRegisterRoutes({ ...world, ...deps, people: { ...people, openRegistration: false } }),
		)
		.route(
			"/token",
			createRegisterRoutes({ ...world, ...deps, people: { ...people, needsToken: true, terms } }),
		)
		.route("/", createResetWindowRoutes({ ...deps, homeserver, resetWindow: { open: orUnavailable } }))
		.route(
			"/",
			createHomeRoutes({
				...{ ...deps, sessions: noSessions, homeserver },
				...{ kept: { list: async () => [] }, rules: usualRules },
			}),
		)
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
			await socket.server.close(AbortSignal.abort());
			await world[Symbol.asyncDispose]();
		},
	};
}

const noSessions = { listOf: async () => [] };
