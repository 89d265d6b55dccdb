/**
 * `npm run bench -- sign-in`: what a sign-in on the account pages costs the server, by password and by passkey, from the
 * page to the front page; and how long a homeserver waits for its answers while people sign in beside it.
 */
import { mkdtemp } from "node:fs/promises";
import { join } from "node:path";
import { createFormBrowser, type FormBrowser } from "../../packages/server/test/support/form-browser.ts";
import { password } from "../../packages/server/test/support/server.ts";
import { addPasskey, type SoftwarePasskey } from "../../packages/server/test/support/software-passkey.ts";
import { introspection } from "../cases.ts";
import { measure, median, type Round } from "../measure.ts";
import { type ServerProcess, startCountersign } from "../processes.ts";
import { type Seeded, seed } from "../seed.ts";
import { aligned } from "../table.ts";

const rounds = 5;
/** One after the other; what one address may sign in within a minute is far more. */
const signInsEach = 8;
const seededDevices = 1_000;

/** Somebody signs in in a browser of their own, and arrives. */
type SignIn = () => Promise<void>;

export async function benchSignIn(
	directory: string,
	{ quick, say }: { readonly quick: boolean; readonly say: (line: string) => void },
): Promise<void> {
	const data = await mkdtemp(join(directory, "data-"));
	const seeded = await seed(data, seededDevices);
	const server = await startCountersign(data);
	try {
		const ways = await waysOf(`http://localhost:${server.port}/`);
		const many = quick ? 2 : rounds;
		say(aligned([["a sign-in by", "ms", "CPU ms"], ...(await costs(server, ways, many))]));
		say("");
		say(
			aligned([
				["introspection", "p50 ms", "p99 ms", "per second"],
				...(await waits(server, seeded, ways, many)),
			]),
		);
	} finally {
		await server.stop();
	}
}

async function waysOf(base: string): Promise<Readonly<Record<"password" | "passkey", SignIn>>> {
	const register = async (localpart: string) => {
		const browser = createFormBrowser(base);
		await browser.press(await browser.open("/register"), "Create account", { username: localpart, password });
		return browser;
	};
	await register("anna");
	const passkey = await addPasskey(await register("berta"), { base });
	return {
		password: () => arrive(base, (browser) => byPassword(browser)),
		passkey: () => arrive(base, (browser) => byPasskey(browser, passkey)),
	};
}

async function byPassword(browser: FormBrowser) {
	return browser.press(await browser.open("/login"), "Sign in", { username: "anna", password });
}

async function byPasskey(browser: FormBrowser, passkey: SoftwarePasskey) {
	const page = await browser.open("/login");
	return browser.press(page, "Use a passkey", { passkey: passkey.answer(page) });
}

async function arrive(base: string, signIn: (browser: FormBrowser) => ReturnType<typeof byPassword>) {
	const { url } = await signIn(createFormBrowser(base));
	if (url.pathname !== "/account/") throw new Error(`not signed in: ${url.pathname}`);
}

/** In turn, so that what else the machine does meets both. The first round warms up. */
async function costs(server: ServerProcess, ways: Readonly<Record<string, SignIn>>, many: number) {
	const taken = Object.entries(ways).map(([name, signIn]) => ({
		name,
		signIn,
		ms: [] as number[],
		cpu: [] as number[],
	}));
	for (let round = 0; round <= many; round++)
		for (const { signIn, ms, cpu } of taken) {
			const [at, before] = [performance.now(), server.cpuMicros()];
			for (let nth = 0; nth < signInsEach; nth++) await signIn();
			if (round === 0) continue;
			ms.push((performance.now() - at) / signInsEach);
			cpu.push((server.cpuMicros() - before) / 1_000 / signInsEach);
		}
	return taken.map(({ name, ms, cpu }) => [name, median(ms).toFixed(1), median(cpu).toFixed(1)]);
}

/** One connection asks without pause, alone and while one person after another signs in. */
async function waits(
	server: ServerProcess,
	seeded: Seeded,
	ways: Readonly<Record<string, SignIn>>,
	many: number,
): Promise<readonly (readonly string[])[]> {
	const { devices, introspectionSecret } = seeded;
	const [operation] = introspection({ devices, introspectionSecret }).countersign();
	const beside = [
		{ name: "alone", signIn: undefined },
		...Object.entries(ways).map(([name, signIn]) => ({ name: `beside sign-ins by ${name}`, signIn })),
	];
	const taken = beside.map((side) => ({ ...side, measured: [] as Round[] }));
	for (let round = 0; round <= many; round++)
		for (const { signIn, measured } of taken) {
			const busy = new AbortController();
			const others = keepOn(signIn, busy.signal);
			const one = await measure(server, operation === undefined ? [] : [operation], { seconds: 1 });
			busy.abort();
			await others;
			if (round > 0) measured.push(one);
		}
	return taken.map(({ name, measured }) => {
		const middle = (what: keyof Round) => median(measured.map((one) => one[what]));
		return [name, middle("p50Ms").toFixed(2), middle("p99Ms").toFixed(2), middle("perSecond").toFixed(0)];
	});
}

async function keepOn(signIn: SignIn | undefined, until: AbortSignal): Promise<void> {
	while (signIn !== undefined && !until.aborted) await signIn();
}
