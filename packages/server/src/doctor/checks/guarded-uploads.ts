import { besideSynapse, type Check, type Finding } from "../finding.ts";
import { exchange, post, type Reply, said } from "../question.ts";
import type { SynapseSetup } from "../setup.ts";
import { type Guarded, isGuarded, judgeDoor } from "./guarded.ts";
import { allDoors } from "./questions.ts";
import { setting } from "./words.ts";

const upload = "_matrix/client/v3/keys/device_signing/upload";
const exact = [upload, upload.replace("v3", "unstable")];
/** Ways to write them that some server between here and Synapse might read as the same. */
const others = [
	upload.replace("v3", "r0"),
	`/${upload}`,
	upload.replace("/keys/", "//keys/"),
	upload.replace("_signing", "%5Fsigning"),
	upload.replace("/v3/", "/%763/"),
	`${upload}/`,
	`/${upload.replace("v3", "unstable").replace("_signing", "%5fsigning")}`,
];

const uploads: Guarded = {
	rule: "guard",
	past: "uploads of keys get past the guard",
	unseen: "whether uploads of keys get past the guard",
	asked: (door) =>
		[...exact, ...others].map((path) => ({ question: post(door, path), isNamed: exact.includes(path) })),
};

const ownUpload = ({ own }: SynapseSetup) => post(own, upload);

export const guard: Check = besideSynapse({
	id: "guard",
	promise: "the guard is on",
	after: ["server"],
	asks: (setup) => [ownUpload(setup)],
	judge({ setup, reply }) {
		if (!setup.homeserver.guard)
			return [
				{
					verdict: "warning",
					what: setting(setup, "homeserver.guard"),
					found:
						"guard: no. Who approves a reset opens the whole account for ten minutes: any device that is signed in, a stolen one too, can replace the identity",
					fix: 'write guard: yes, restart Countersign, and put the rules that "npx countersign proxy nginx" (or caddy) prints into the proxy',
				},
			];
		const answer = reply(ownUpload(setup));
		if (isGuarded(answer)) return [];
		return [
			{
				verdict: "problem",
				what: setting(setup, "homeserver.guard"),
				found: `${exchange(ownUpload(setup), answer)}, not by the guard`,
				fix: "restart Countersign: it still runs with other settings",
			},
		];
	},
});

export const guardedUploads: Check = besideSynapse({
	id: "guarded-uploads",
	promise: "no way that was named, or that is often forgotten, leads past the guard",
	after: ["server", "guard", "certificate"],
	asks: (setup) =>
		allDoors(setup).flatMap((door) => uploads.asked(door, setup).map(({ question }) => question)),
	judge({ setup, reply }) {
		if (!setup.homeserver.guard) return undefined;
		const isSilent = (door: string) => !reply(post(door, upload)).ok;
		const open = allDoors(setup).filter((door) => !isSilent(door));
		// That the public one is silent is said elsewhere, and of the likely ones nobody said that they are there.
		const silent = setup.also.filter(isSilent);
		if (open.length + silent.length === 0) return undefined;
		return [
			...silent.map((door) => silence(door, reply(post(door, upload)))),
			...open.flatMap((door) => judgeDoor(uploads, door, { setup, reply })),
		];
	},
});

function silence(door: string, answer: Reply): Finding {
	return {
		verdict: "problem",
		what: `--also ${door}`,
		found: `${said(answer)}, so nothing can be said of it`,
		fix: "leave it out if nothing listens there",
	};
}
