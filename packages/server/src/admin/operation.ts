import type { SessionId } from "@countersign/core";
import type { z } from "zod";
import type { Operator } from "../audit/index.ts";
import type { Deeds } from "./ports.ts";

type Method = "GET" | "POST" | "PUT" | "DELETE";

/** What is told at a status: a body of this shape, or none. */
export interface Told {
	readonly about: string;
	readonly body?: z.ZodType;
}

export interface Answer {
	readonly status: number;
	readonly body?: unknown;
	/** Of a 401 that says more than that a token is needed. */
	readonly challenge?: string;
}

/** A request that was let in, with its parameters read. */
export interface Call<Query, Body> {
	/** Who asks, as security logs name them. */
	readonly by: Operator;
	/** The session of the token that was shown. Absent: it is a program's. */
	readonly sessionId?: SessionId | undefined;
	/** What they may do, each deed only while they may: else it throws `AuthorityGone`, and nothing was done. */
	readonly deeds: Deeds;
	/** A part of the path, decoded. */
	param(name: string): string;
	readonly query: Query;
	readonly body: Body;
	/** Of the request, without its query. */
	readonly path: string;
	/** The parameters as they were sent, for links to other pages of a list. */
	readonly search: URLSearchParams;
}

/** One thing the API does: what is served, and what the OpenAPI document says of it. */
export interface Operation {
	readonly id: string;
	readonly method: Method;
	/** Absolute, its parts as `{id}`. */
	readonly path: string;
	readonly tag: string;
	readonly about: string;
	readonly query?: z.ZodObject;
	readonly body?: z.ZodObject;
	/** Whether the body may be left out. */
	readonly isBodyOptional?: boolean;
	/** Whether it gives an account into other hands, or cannot be taken back: it takes a recent sign-in. Default: it does not. */
	readonly isSevere?: boolean;
	readonly told: Readonly<Record<number, Told>>;
	answer(call: Call<unknown, unknown>): Promise<Answer>;
}

type Read<Schema> = Schema extends z.ZodType ? z.output<Schema> : undefined;

interface Given<Query extends z.ZodObject | undefined, Body extends z.ZodObject | undefined>
	extends Omit<Operation, "query" | "body" | "answer"> {
	readonly query?: Query;
	readonly body?: Body;
	answer(call: Call<Read<Query>, Read<Body>>): Promise<Answer>;
}

/** An operation whose handler is handed what its own schemas have read. */
export function operation<
	Query extends z.ZodObject | undefined = undefined,
	Body extends z.ZodObject | undefined = undefined,
>(given: Given<Query, Body>): Operation {
	const { query, body, answer, ...rest } = given;
	return {
		...rest,
		...(query !== undefined && { query }),
		...(body !== undefined && { body }),
		// The frame hands over nothing but what these two schemas read.
		answer: (call) => answer(call as Call<Read<Query>, Read<Body>>),
	};
}
