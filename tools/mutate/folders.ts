/** A folder whose lines are tried, and the tests that have to notice. */
export interface Tried {
	/** Globs from the root; tests among them are left out. */
	readonly sources: readonly string[];
	/**
	 * Globs of the tests. Those that go random courses are left out: what they notice depends on luck, and a fault that
	 * only they find is a fault that a run may miss.
	 */
	readonly tests: readonly string[];
	/** The tests run on a PostgreSQL of the run's own. */
	readonly onPostgres?: true;
}

const server = "packages/server";

/** Each folder says how long its rows are kept, and one test tries them all. */
const kept = `${server}/src/retention.test.ts`;

/** What every storage must hold, in either dialect. */
const stored = [kept, `${server}/test/contract/*.test.ts`];

/** What `npm run mutate -- NAME` knows. Every folder listed notices each fault that `equivalent.ts` does not excuse. */
export const folders: Readonly<Record<string, Tried>> = {
	core: {
		sources: ["packages/core/src/**/*.ts"],
		tests: ["packages/core/src/**/*.test.ts"],
	},
	guard: {
		sources: [`${server}/src/guard/**/*.ts`],
		tests: [`${server}/src/guard/**/*.test.ts`],
	},
	/** Closing an account is what the operator does too. */
	people: inServer(
		"people",
		kept,
		`${server}/src/operating/*.test.ts`,
		`${server}/test/attacks/removed-password.test.ts`,
	),
	sessions: inServer("sessions", kept, `${server}/src/guard/step-up.test.ts`),
	jobs: inServer("jobs", kept),
	introspection: inServer("introspection"),
	secrets: inServer("secrets"),
	limits: inServer("limits"),
	log: inServer("log"),
	proofs: inServer("proofs"),
	tasks: inServer("tasks"),
	identifiers: inServer("identifiers"),
	"device-signing": inServer("device-signing", kept, `${server}/src/guard/handler.test.ts`),
	admin: inServer(
		"admin",
		...capability("admin-*", "paths-of-programs"),
		`${server}/test/attacks/admin-api.test.ts`,
	),
	captcha: inServer("captcha", `${server}/test/attacks/captcha.test.ts`),
	"lost-factors": inServer(
		"lost-factors",
		kept,
		`${server}/test/contract/factor-losses.test.ts`,
		`${server}/test/attacks/lost-factors.test.ts`,
	),
	notices: inServer(
		"notices",
		kept,
		`${server}/test/contract/mail-tasks.test.ts`,
		`${server}/test/attacks/notices.test.ts`,
	),
	"password-links": inServer(
		"password-links",
		kept,
		`${server}/test/contract/password-links.test.ts`,
		...capability("forgotten-password", "new-password"),
		`${server}/test/attacks/recovery.test.ts`,
	),
	"registration-tokens": inServer(
		"registration-tokens",
		kept,
		`${server}/test/contract/registration-tokens.test.ts`,
		`${server}/test/attacks/registration-tokens.test.ts`,
	),
	upstream: inServer(
		"upstream",
		kept,
		`${server}/test/contract/upstream.test.ts`,
		`${server}/test/attacks/upstream*.test.ts`,
	),
	directory: inServer("directory", `${server}/test/attacks/directory.test.ts`),
	operating: inServer("operating", `${server}/src/people/*.test.ts`),
	"matrix-api": inServer("matrix-api", `${server}/test/capability/homeserver-frame.test.ts`),
	compat: inServer("compat", kept, `${server}/test/compat/*.test.ts`),
	http: inServer("http"),
	outbound: inServer("outbound"),
	config: inServer("config"),
	resume: inServer("resume"),
	audit: inServer("audit", kept),
	metrics: inServer("metrics", ...capability("metrics")),
	workers: inServer("workers", `${server}/test/postgres/workers.test.ts`),
	kept: inServer("kept", ...capability("kept")),
	/** A whole move and its way back, without a homeserver that would have to run. */
	moving: inServer(
		"moving",
		kept,
		`${server}/src/cli/move.test.ts`,
		`${server}/src/sessions/{moved-tokens,sealed,successor-keys}.test.ts`,
		`${server}/test/contract/moved-people.test.ts`,
		...capability("moving"),
		`${server}/test/postgres/move-from-mas.test.ts`,
	),
	/** What its pages say and do is seen in a browser's place, without one. */
	account: inServer(
		"account",
		...capability(
			"account-*",
			"answering",
			"approval-page",
			"consent",
			"form-*",
			"own-pages",
			"resume-pages",
		),
		`${server}/test/attacks/forms.test.ts`,
	),
	authorization: inServer(
		"authorization",
		kept,
		...capability("authorize", "code-exchange", "consent", "device-grant", "device-code-exchange"),
		...capability("limits", "metadata", "registration", "browser-apps"),
		`${server}/test/attacks/{clients,codes,device-grant,redirects,tokens,withdrawn-consent}.test.ts`,
	),
	doctor: inServer("doctor", `${server}/test/doctor/*.test.ts`),
	/** What runs on its own is seen where a program is started. */
	cli: inServer("cli", `${server}/test/{doctor,start}/*.test.ts`),
	storage: {
		sources: [`${server}/src/storage/*.ts`, `${server}/src/storage/{embedded,migrations,synapse,tasks}/*.ts`],
		tests: [
			`${server}/src/storage/*.test.ts`,
			...stored,
			`${server}/src/storage/{embedded,migrations,synapse}/*.test.ts`,
		],
	},
	postgres: {
		sources: [`${server}/src/storage/postgres/*.ts`],
		tests: [`${server}/src/storage/postgres/*.test.ts`, `${server}/test/postgres/*.test.ts`, ...stored],
		onPostgres: true,
	},
	homeserver: inServer(
		"homeserver",
		kept,
		`${server}/src/tasks/outbox.test.ts`,
		`${server}/test/contract/homeserver.test.ts`,
		...capability("account-data", "cross-signing", "dehydrated-*", "device-keys", "devices", "key-*"),
		...capability("homeserver-*", "rendezvous", "sliding-sync", "sync", "to-device", "undo", "app-start"),
		`${server}/test/attacks/{quotas,rendezvous}.test.ts`,
	),
	words: {
		sources: [`${server}/src/words/*.ts`],
		tests: [`${server}/src/words/*.test.ts`, `${server}/src/pages/tell.test.ts`],
	},
	pages: {
		sources: [`${server}/src/pages/*.ts`],
		tests: [`${server}/src/pages/*.test.ts`],
	},
};

function capability(...names: readonly string[]): readonly string[] {
	return names.map((name) => `${server}/test/capability/${name}.test.ts`);
}

/** A folder of the server, with its own tests and those that stand elsewhere. */
function inServer(folder: string, ...elsewhere: readonly string[]): Tried {
	return {
		sources: [`${server}/src/${folder}/**/*.ts`],
		tests: [`${server}/src/${folder}/**/*.test.ts`, ...elsewhere],
	};
}
