import { createFormBrowser, type FormBrowser } from "../../packages/server/test/support/form-browser.ts";
import { startSlapd, type TestDirectory } from "../../packages/server/test/support/slapd.ts";
import {
	signInThere,
	startUpstreamProvider,
	type TestProvider,
} from "../../packages/server/test/support/upstream-provider.ts";

/** Services and directories of others, in this process and one beside it, so that the server's time is its own. */
export interface Elsewhere extends AsyncDisposable {
	/** Settings of the server, as JSON: a settings file. */
	readonly settings: string;
	/** Once the server is there. Each signs one person in, in a browser of their own; the first time they get an account. */
	waysOf(base: string): Readonly<Record<"upstream" | "LDAP", () => Promise<void>>>;
}

const button = "Sign in with Company";
const entered = "the words that hers are";

export async function startElsewhere(): Promise<Elsewhere> {
	const provider = await startUpstreamProvider();
	const directory = await startSlapd();
	await directory.add("dora", entered);
	provider.people.set("s-1", { name: "Carla", preferred_username: "carla" });
	provider.person = "s-1";
	return {
		settings: JSON.stringify(settingsOf(provider, directory)),
		waysOf(base) {
			provider.serve(base);
			const newBrowser = createBrowsers(base);
			return {
				upstream: () => byUpstream(provider, newBrowser()),
				LDAP: () => byDirectory(newBrowser()),
			};
		},
		async [Symbol.asyncDispose]() {
			await directory[Symbol.asyncDispose]();
			await provider[Symbol.asyncDispose]();
		},
	};
}

function settingsOf(provider: TestProvider, directory: TestDirectory): object {
	const { clientId, clientSecret } = provider.config();
	const { url, base, bind } = directory.config();
	const claims = { localpart: { action: "force", template: "{{ user.preferred_username }}" } };
	return {
		upstream: {
			company: {
				...{
					issuer: provider.issuer,
					human_name: "Company",
					client_id: clientId,
					client_secret: clientSecret,
				},
				claims_imports: claims,
			},
		},
		ldap: { url, base, bind_dn: bind?.dn, bind_password: bind?.password },
	};
}

/** Each from an address of its own, as people are. */
function createBrowsers(base: string): () => FormBrowser {
	let count = 0;
	return () => {
		const at = count++;
		return createFormBrowser(base, {
			"x-forwarded-for": `10.${(at >> 16) & 255}.${(at >> 8) & 255}.${at & 255}`,
		});
	};
}

async function byUpstream(provider: TestProvider, browser: FormBrowser): Promise<void> {
	const there = await browser.press(await browser.open("/login"), button);
	const back = await browser.open((await signInThere(provider, there)).href);
	const arrived = back.title === "Choose a name" ? await browser.press(back, "Create account", {}) : back;
	expectIn(arrived);
}

async function byDirectory(browser: FormBrowser): Promise<void> {
	const page = await browser.open("/login");
	expectIn(await browser.press(page, "Sign in", { username: "dora", password: entered }));
}

function expectIn({ url, title }: { readonly url: URL; readonly title: string }): void {
	if (url.pathname !== "/account/") throw new Error(`not signed in: ${url.pathname} ${title}`);
}
