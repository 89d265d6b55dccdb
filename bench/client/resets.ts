import { type HomeserverSession, prepareIdentityReset, type ResetStep } from "@countersign/client";
import { openPlainApp } from "../../packages/client/test/support/plain-app.ts";
import { virtualTime } from "../../packages/client/test/support/virtual-time.ts";
import { createFormBrowser } from "../../packages/server/test/support/form-browser.ts";
import { approve, loginDevice, password } from "../../packages/server/test/support/server.ts";
import { median } from "../measure.ts";

/** Resets one after the other, each by another person: the time of the whole, of its steps, and its requests. */
export async function measureResets(port: number, people: number): Promise<string> {
	const url = `http://localhost:${port}/`;
	const runs: Run[] = [];
	for (let number = 0; number <= people; number++) runs.push(await resetOnce(url, `reset${number}`));
	// The first one warms up.
	const counted = runs.slice(1);
	const steps = [...new Set(counted.flatMap(({ steps }) => [...steps.keys()]))];
	const time = (of: (run: Run) => number) => median(counted.map(of)).toFixed(1);
	return [
		`a reset, without waiting, medians of ${people}:`,
		`  ${time(({ tookMs }) => tookMs)} ms, of which the page that the person opens and sends ${time(({ personMs }) => personMs)} ms`,
		`  ${time(({ requests }) => requests)} requests, ${time(({ cpuMs }) => cpuMs)} ms of the app's processor time`,
		...steps.map((step) => `  ${step}: ${time((run) => run.steps.get(step) ?? 0)} ms`),
		"",
	].join("\n");
}

interface Run {
	readonly tookMs: number;
	readonly personMs: number;
	readonly cpuMs: number;
	readonly requests: number;
	readonly steps: ReadonlyMap<ResetStep | "prepare", number>;
}

async function resetOnce(url: string, localpart: string): Promise<Run> {
	const browser = createFormBrowser(url);
	await browser.press(await browser.open("/register"), "Create account", { username: localpart, password });
	const device = await loginDevice(url, { localpart, browser });
	let requests = 0;
	const counting: HomeserverSession["fetch"] = (address, init) => {
		requests++;
		return fetch(address, init);
	};
	// Waits are the person's time, and the server's wish: here they take none.
	const time = virtualTime();
	const { sleep, now, jitter } = time;
	const session = { sleep, now, jitter, fetch: counting };
	const app = await openPlainApp({ url, signIn: () => device }, session);
	const saveRecoveryKey = async () => {};
	await (await prepareIdentityReset(app)).run({ present: () => {}, saveRecoveryKey });
	requests = 0;
	let personMs = 0;
	const steps = new Map<ResetStep | "prepare", number>();
	const used = process.cpuUsage();
	const startedAt = performance.now();
	let [current, since]: [ResetStep | "prepare", number] = ["prepare", startedAt];
	const next = (step: ResetStep | "prepare") => {
		const now = performance.now();
		steps.set(current, (steps.get(current) ?? 0) + now - since);
		[current, since] = [step, now];
	};
	const reset = await prepareIdentityReset(app);
	await reset.run({
		poll: "manual",
		present({ url: page, checkNow }) {
			time.at(time.elapsed(), async () => {
				const askedAt = performance.now();
				await approve(browser, page, localpart);
				personMs = performance.now() - askedAt;
				checkNow();
			});
		},
		saveRecoveryKey,
		onStep: next,
	});
	next(current);
	const tookMs = performance.now() - startedAt;
	const { user, system } = process.cpuUsage(used);
	return { tookMs, personMs, cpuMs: (user + system) / 1_000, requests, steps };
}
