import { asAccountId, type ResetRequest } from "@countersign/core";
import { z } from "zod";
import type { LoggedEvent } from "../../audit/index.ts";
import type { Clock } from "../../config/ports.ts";
import { idOfParts, partsOfId } from "../ids.ts";
import { type Operation, operation } from "../operation.ts";
import type { AdminReads } from "../ports.ts";
import { refuse, told } from "../refusals.ts";
import { time, timeOf, ulid, word } from "../shapes.ts";
import { ownBase } from "./resource.ts";

const line = z.object({
	id: z.string(),
	at: time,
	kind: z.string(),
	actor: z.object({ kind: z.string(), name: z.string().optional() }).nullable(),
	device_id: z.string().nullable(),
	address: z.string().nullable(),
	detail: z.record(z.string(), z.string()),
});

const lineBy = line.extend({ user_id: ulid });

const request = z.object({
	reference: z.string(),
	state: z.enum(["pending", "approved", "spending", "spent", "denied", "expired", "withdrawn", "failed"]),
	device_id: z.string(),
	created_at: time,
	master_key: z.string(),
	address: z.string().nullable(),
});

/** Requests that are over are told of for so long. */
const pastMs = 30 * 24 * 3_600_000;
const linesPerPage = 50;

/** What MAS has no counterpart of: the log of a person, and their requests to replace the identity. */
export function security(read: AdminReads, clock: Clock): readonly Operation[] {
	const path = `${ownBase}/users/{id}`;
	const find = (id: string) => read.accounts.find({ id: asAccountId(id) });
	return [
		operation({
			...{ id: "listSecurityLog", method: "GET", path: `${path}/security-log`, tag: "countersign" },
			about: "What happened to an account, newest first",
			query: z.object({ after: word.optional() }),
			told: {
				200: {
					about: "Fifty lines at most; `next` leads to those before them",
					body: z.object({ data: z.array(line), links: z.object({ next: z.string().optional() }) }),
				},
				...told("not-found", "cursor-refused"),
			},
			async answer({ param, query: { after }, path: here }) {
				const account = await find(param("id"));
				if (account === undefined) return refuse("not-found");
				const behind = after === undefined ? undefined : placeOf(after);
				if (after !== undefined && behind === undefined) return refuse("cursor-refused");
				const page = { limit: linesPerPage + 1, ...(behind !== undefined && { after: behind }) };
				const found = await read.events.list(account.id, page);
				const lines = found.slice(0, linesPerPage);
				const last = lines.at(-1);
				const next = found.length > lines.length && last !== undefined ? cursorOf(last) : undefined;
				return {
					status: 200,
					body: {
						data: lines.map(lineOf),
						links: next === undefined ? {} : { next: `${here}?${new URLSearchParams({ after: next })}` },
					},
				};
			},
		}),
		operation({
			...{ id: "listDeeds", method: "GET", path: `${ownBase}/security-log`, tag: "countersign" },
			about: "What an administrator (by user id) or a program (as lines name it) did, newest first",
			query: z.object({
				"filter[actor]": word,
				"filter[actor-kind]": z.enum(["administrator", "program"]).optional(),
				after: word.optional(),
			}),
			told: {
				200: {
					about: "Fifty lines at most; `next` leads to those before them",
					body: z.object({ data: z.array(lineBy), links: z.object({ next: z.string().optional() }) }),
				},
				...told("cursor-refused"),
			},
			async answer({ query: { after, ...query }, path: here }) {
				const [name, kind = "administrator"] = [query["filter[actor]"], query["filter[actor-kind]"]];
				const behind = after === undefined ? undefined : placeOf(after);
				if (after !== undefined && behind === undefined) return refuse("cursor-refused");
				const page = { limit: linesPerPage + 1, ...(behind !== undefined && { after: behind }) };
				const found = await read.events.listBy({ kind, name }, page);
				const lines = found.slice(0, linesPerPage);
				const last = found.length > lines.length ? lines.at(-1) : undefined;
				const on = new URLSearchParams({ "filter[actor]": name, "filter[actor-kind]": kind });
				if (last !== undefined) on.set("after", cursorOf(last));
				return {
					status: 200,
					body: {
						data: lines.map((each) => ({ ...lineOf(each), user_id: each.accountId })),
						links: last === undefined ? {} : { next: `${here}?${on}` },
					},
				};
			},
		}),
		operation({
			...{ id: "listResetRequests", method: "GET", path: `${path}/reset-requests`, tag: "countersign" },
			about: "Requests to replace the identity: those that are live, and those of the last thirty days",
			told: {
				200: { about: "The requests, newest first", body: z.object({ data: z.array(request) }) },
				...told("not-found"),
			},
			async answer({ param }) {
				const account = await find(param("id"));
				if (account === undefined) return refuse("not-found");
				const all = await read.requests.ofAccount(account.id, clock() - pastMs);
				return { status: 200, body: { data: all.map(requestOf) } };
			},
		}),
		operation({
			...{ id: "endResetRequests", method: "POST", path: `${path}/reset-requests/end`, tag: "countersign" },
			about: "End all that wait or were approved. Nobody but the person can approve one",
			told: {
				200: { about: "How many ended", body: z.object({ ended: z.number().int() }) },
				...told("not-found"),
			},
			async answer({ param, deeds, by }) {
				const account = await find(param("id"));
				if (account === undefined) return refuse("not-found");
				return { status: 200, body: { ended: await deeds.requests.end(account.id, by) } };
			},
		}),
	];
}

function lineOf({ id, at, kind, actor, deviceId, address, detail }: LoggedEvent): z.output<typeof line> {
	return {
		...{ id, at: timeOf(at), kind, detail },
		actor: actor === undefined ? null : { kind: actor.kind, ...nameOf(actor) },
		device_id: deviceId ?? null,
		address: address ?? null,
	};
}

function nameOf(actor: NonNullable<LoggedEvent["actor"]>) {
	if ("name" in actor) return { name: actor.name };
	return actor.kind === "app" ? { name: actor.clientId } : {};
}

function requestOf(one: ResetRequest): z.output<typeof request> {
	return {
		reference: one.reference,
		state: one.state,
		device_id: one.deviceId,
		created_at: timeOf(one.createdAt),
		master_key: one.masterKey,
		address: one.address ?? null,
	};
}

function cursorOf({ at, id }: LoggedEvent): string {
	return idOfParts(String(at), id);
}

function placeOf(cursor: string): { readonly at: number; readonly id: string } | undefined {
	const [at = "", id = ""] = partsOfId(cursor, 2) ?? [];
	return /^\d{1,15}$/.test(at) ? { at: Number(at), id } : undefined;
}
