/**
 * Who may know whom. To allow something new, add it here together with its reason: the tables are the
 * rule, `judge.ts` only reads them. Paths are relative to `packages/`; a trailing slash means the folder.
 */

export interface Owned {
	readonly owners: readonly string[];
	readonly why: string;
}

/** What a package's sources may import by name. The server is judged by the tables below as well. */
export const packages: Readonly<
	Record<string, { readonly imports: readonly RegExp[]; readonly why: string }>
> = {
	"protocol/src/": { imports: [], why: "runs in browsers and in Node, and its versioning is the wire's" },
	"core/src/": {
		imports: [/^@countersign\/protocol$/],
		why: "the security claim has to be readable alone, with nothing to trust beneath it",
	},
	"client/src/node/": {
		imports: [/^@countersign\/protocol$/, /^node:/],
		why: "only the loopback redirect needs Node",
	},
	"client/src/": {
		imports: [/^@countersign\/protocol$/],
		why: "browsers load it, so neither Node nor server code may come along",
	},
	"xsign/src/": {
		imports: [
			/^@countersign\/client(\/node)?$/,
			/^@matrix-org\/matrix-sdk-crypto-wasm$/,
			/^fake-indexeddb$/,
			/^node:/,
		],
		why: "the command is made of what the client gives to every program",
	},
	"server/src/": {
		imports: [/^@countersign\/(protocol|core|server\/package\.json)$/, /^(?!@countersign\/)/],
		why: "the client is a package for other people's programs, not a part of the server",
	},
};

interface Arrows {
	/** Folders whose `index.ts` and `ports.ts` it may import. */
	readonly uses?: readonly string[];
	/** Folders of which it may import `ports.ts` alone. */
	readonly implements?: readonly string[];
}

/** Folders any other may use: settled values, the clock's and the dice's type, the log, and what is kept of a secret. */
export const everywhere = ["config", "log", "secrets"];

/**
 * Folders of `server/src`. One that is not listed may use nothing but `everywhere`. What nobody takes is not allowed.
 */
export const serverFolders: Readonly<Record<string, Arrows>> = {
	config: {},
	log: {},
	secrets: {},
	// What counts as one address is one thing for attempts and for connections.
	http: { uses: ["limits"] },
	outbound: {},
	// A service elsewhere is asked of a form, so often; which form is account's.
	captcha: { uses: ["outbound", "limits"], implements: ["account"] },
	words: {},
	pages: { uses: ["http", "words"] },
	// Whoever owns tables says to `jobs` how long their rows stay.
	audit: { implements: ["jobs"] },
	limits: {},
	// Who changes an address proves to be there; the letter with its code is queued.
	identifiers: { uses: ["limits", "proofs", "audit"], implements: ["notices", "jobs"] },
	// Whom an app means is a name like any other.
	resume: { uses: ["identifiers"] },
	proofs: { uses: ["limits", "audit"], implements: ["jobs"] },
	// Whose password is asked there, and how often, is decided with proofs; what stands in its way is told by doctor.
	directory: { uses: ["http"], implements: ["proofs", "doctor"] },
	// Which services vouch, and for whom; what that is worth is decided with proofs.
	upstream: {
		uses: ["http", "outbound", "limits", "identifiers", "resume", "proofs", "audit"],
		implements: ["jobs"],
	},
	// Who may have one, and what is kept of it; people spend them.
	"registration-tokens": { uses: ["identifiers", "audit"], implements: ["jobs"] },
	// Whoever registers may have to show an address first; the letter with its code is queued.
	people: {
		uses: ["identifiers", "proofs", "limits", "audit", "registration-tokens"],
		// Who came from another service registers, and is linked to it.
		implements: ["notices", "jobs", "upstream"],
	},
	// What a new password ends is decided with people, as how one is kept is with proofs.
	"password-links": {
		uses: ["identifiers", "people", "proofs", "limits", "audit"],
		implements: ["notices", "jobs"],
	},
	// Comparing the password, and what ends with the factors, is decided with proofs.
	"lost-factors": {
		uses: ["limits", "proofs", "audit"],
		implements: ["identifiers", "notices", "jobs"],
	},
	// Whose address is taken away is told by a letter.
	operating: {
		uses: ["identifiers", "people", "password-links", "proofs", "audit"],
		implements: ["notices", "upstream"],
	},
	// What is done is operating's; lists are read, and tokens asked, by what is handed in.
	admin: {
		uses: ["http", "operating", "audit", "identifiers", "registration-tokens", "sessions"],
		implements: ["people"],
	},
	sessions: { uses: ["proofs", "audit"], implements: ["jobs"] },
	// What a token and a password are is decided where they are used; here, which of them move.
	moving: { uses: ["sessions", "proofs", "registration-tokens"], implements: ["jobs"] },
	jobs: {},
	tasks: {},
	// A letter has markup too, and one tag makes it.
	// What people are told of are lines of their logs; who objects at a page proves to be the person.
	notices: { uses: ["words", "pages", "identifiers", "tasks", "proofs", "audit"], implements: ["jobs"] },
	metrics: { uses: ["http"] },
	// What all workers have counted is one sum; what they do is handed in by the command.
	workers: { uses: ["metrics"] },
	// Only to ask other servers: what the data say is handed in by the command.
	doctor: { uses: ["http", "outbound"] },
	introspection: { uses: ["http", "sessions"] },
	"device-signing": { implements: ["jobs"] },
	// What the edges of the Matrix API have in common; none of them knows another.
	"matrix-api": { uses: ["http"] },
	guard: { uses: ["http", "matrix-api", "sessions", "device-signing", "audit"] },
	// Where somebody is sent first who comes from an app is one thing for both ways in.
	authorization: { uses: ["http", "limits", "resume", "proofs", "sessions", "audit"], implements: ["jobs"] },
	// The older login API checks passwords and opens sessions as the pages and OAuth do, and is its own edge.
	compat: {
		uses: ["http", "matrix-api", "words", "pages", "limits", "identifiers", "proofs", "people", "sessions"],
		implements: ["jobs"],
	},
	// The page is account's; apps read with a token.
	kept: { uses: ["http", "matrix-api", "proofs", "audit"] },
	// Both ways for apps to sign in have a page that asks the person: authorization and compat say for what.
	account: {
		uses: [
			...["http", "matrix-api", "words", "pages", "identifiers", "resume", "proofs", "people", "sessions"],
			...["authorization", "compat", "audit", "kept", "password-links", "lost-factors", "notices"],
			"upstream",
		],
	},
	"homeserver/synapse": {
		uses: ["outbound", "device-signing", "tasks"],
		implements: ["people", "sessions", "account", "guard", "jobs"],
	},
	"homeserver/embedded": {
		uses: ["http", "matrix-api", "limits", "device-signing"],
		implements: ["people", "sessions", "account", "jobs", "kept"],
	},
	storage: {
		implements: [
			...[
				"limits",
				"proofs",
				"people",
				"password-links",
				"lost-factors",
				"sessions",
				"authorization",
				"compat",
				"account",
				"audit",
				"jobs",
				"tasks",
				"kept",
				"identifiers",
				"notices",
				"registration-tokens",
				"admin",
				"operating",
				"upstream",
			],
			...["homeserver/embedded", "homeserver/synapse", "device-signing", "moving"],
		],
	},
};

/** The composition root and the commands hold the parts together: they may import every folder's door. */
export const wiring = [
	"server/src/compose.ts",
	"server/src/parts.ts",
	"server/src/retention.ts",
	"server/src/domain.ts",
	"server/src/administering.ts",
	"server/src/first-page.ts",
	"server/src/guarding.ts",
	"server/src/health.ts",
	"server/src/installation.ts",
	"server/src/operate.ts",
	"server/src/move.ts",
	"server/src/move-back.ts",
	"server/src/move-origin.ts",
	"server/src/move-compare.ts",
	"server/src/main.ts",
	"server/src/index.ts",
	"server/src/cli/",
];

const sockets = [
	"server/src/http/",
	"server/src/outbound/",
	"server/src/introspection/",
	"server/src/guard/",
	"server/src/authorization/",
];

/** One library, one owner, so that replacing it means reading one folder. */
export const libraries: Readonly<Record<string, Owned>> = {
	"oidc-provider": {
		owners: ["server/src/authorization/"],
		why: "the engine's hidden context stays behind one folder",
	},
	tldts: {
		owners: ["server/src/authorization/"],
		why: "under which names strangers are neighbours is asked where apps register",
	},
	kysely: { owners: ["server/src/storage/"], why: "SQL lives in storage; others declare ports" },
	pg: { owners: ["server/src/storage/"], why: "a second dialect must not be noticed elsewhere" },
	"node:sqlite": { owners: ["server/src/storage/"], why: "a second database must not be noticed elsewhere" },
	"@hono/node-server": { owners: ["server/src/http/"], why: "handlers are (Request, context) -> Response" },
	"node:cluster": {
		owners: ["server/src/workers/"],
		why: "who accepts, and what is done about a process that ends, is decided once",
	},
	"node:http": { owners: sockets, why: "handlers are (Request, context) -> Response" },
	"rate-limiter-flexible": {
		owners: ["server/src/limits/", "server/src/storage/"],
		why: "what counts as one address, and as one attempt, is decided once; storage keeps the counts",
	},
	"@node-rs/bcrypt": { owners: ["server/src/proofs/"], why: "one folder decides how passwords are kept" },
	"@node-rs/argon2": { owners: ["server/src/proofs/"], why: "one folder decides how passwords are kept" },
	"prom-client": {
		owners: ["server/src/metrics/"],
		why: "names and labels are decided once, and none is personal",
	},
	"openid-client": {
		owners: ["server/src/upstream/"],
		why: "what another service says is checked in one place",
	},
	ldapts: { owners: ["server/src/directory/"], why: "what a directory is told is decided once" },
	nodemailer: { owners: ["server/src/notices/"], why: "what a mail server is told is decided once" },
	"fxa-common-password-list": {
		owners: ["server/src/proofs/"],
		why: "one folder decides what may be a password",
	},
	otpauth: { owners: ["server/src/proofs/"], why: "one folder decides what proves who somebody is" },
	uqr: { owners: ["server/src/pages/"], why: "pages are drawn in one place" },
	"@simplewebauthn/server": {
		owners: ["server/src/proofs/"],
		why: "what browsers say of a passkey is checked in one place",
	},
	zod: {
		owners: ["server/src/config/", "server/src/admin/"],
		why: "settings and the admin API are described by what reads them",
	},
	yaml: { owners: ["server/src/config/"], why: "settings are the only YAML there is" },
	pino: { owners: ["server/src/log/"], why: "what is redacted is decided once" },
};

/** What runs in the browser of a person, as text. */
const browserScripts = "server/src/pages/scripts/";

/** Ambient powers: domain code takes them as arguments, so that tests hold them still. */
export const ambient: readonly (Owned & { readonly name: string; readonly pattern: RegExp })[] = [
	{
		name: "Date.now",
		pattern: /\bDate\.now\b/,
		owners: [...wiring, "client/src/platform.ts", "xsign/src/main.ts"],
		why: "lifetimes are judged against a clock that is passed in",
	},
	{
		name: "new Date()",
		pattern: /\bnew Date\(\s*\)/,
		owners: wiring,
		why: "lifetimes are judged against a clock that is passed in",
	},
	{
		name: "Math.random",
		pattern: /\bMath\.random\b/,
		owners: ["client/src/platform.ts"],
		why: "it can be predicted; secrets come from the Random that is passed in, jitter from the client's platform",
	},
	{
		name: "fetch",
		pattern: /(?<![\w$.#])fetch\(|\bglobalThis\.fetch\b/,
		owners: ["client/src/platform.ts", "client/src/transport.ts", "server/src/outbound/", browserScripts],
		why: "an outgoing request needs a timeout, a size limit and a decision about addresses, made in one place",
	},
	{
		name: "process.env",
		pattern: /\bprocess\.env\b|"node:process"/,
		owners: ["server/src/config/", "server/src/cli/", "xsign/src/main.ts"],
		why: "settings are read once, checked, and frozen",
	},
	{
		name: "presenceProof",
		pattern: /\bpresenceProof\b|\bas (?:unknown as )?(?:Browser)?Proof(?:For)?\b/,
		owners: [
			"server/src/proofs/",
			"server/src/people/browser-sessions.ts",
			"server/src/people/register.ts",
			"server/src/people/register-arrived.ts",
		],
		why: "a proof is made of what a person entered, or read from where that was stored, and of nothing else",
	},
	{
		name: "readPosted",
		pattern: /\breadPosted(?:Form)?\(/,
		owners: [
			"server/src/account/posted-form.ts",
			"server/src/account/visitor.ts",
			"server/src/account/signed-in-post.ts",
			"server/src/account/strangers-post.ts",
		],
		why: "a form has three ways in, somebody's, a stranger's and anyone's, and a page cannot leave out one of their steps",
	},
	{
		name: "a slow hash on the main thread",
		pattern: /\b(?:hash|verify|scrypt|pbkdf2|argon2)Sync\(/,
		owners: [],
		why: "whoever asks for introspection waits while a password is hashed there",
	},
	{
		name: "setInterval",
		pattern: /\bsetInterval\(/,
		owners: ["server/src/jobs/", browserScripts, "xsign/src/report/spinner.ts"],
		why: "what runs by itself is listed in jobs, where it can be stopped",
	},
	{
		name: "console",
		pattern: /(?<![\w$.#])console\./,
		owners: ["server/src/cli/"],
		why: "the log redacts, the console does not",
	},
];

export const longestFile = 400;

/** Files that may be longer: migrations are history, wire tables are lists. */
export const longFiles: readonly string[] = ["server/src/storage/migrations/"];
