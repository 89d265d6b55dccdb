/**
 * Captchas: whether who fills in a form is a person, in the opinion of a service elsewhere.
 *
 * Owns what each service has its page load, which addresses that page may therefore reach, and how its answer is asked
 * for and read. Leaves to others: which forms ask (account), the policy of a page (pages), connections (outbound), counts (limits).
 *
 * Flow: the page loads the service's script -> the form brings what that put in it -> it counts by network -> the service is
 * asked once, with the secret -> yes, no, or nobody answered. It is never told who asks.
 */
export { createCaptcha } from "./captcha.ts";
