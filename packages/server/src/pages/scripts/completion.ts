/**
 * Tells whoever opened the page that the person is done: an app's own window by a function it defined, another
 * window by a message. The message says nothing but that, so it may go to any origin; sent again it does no harm.
 * @see https://spec.matrix.org/v1.17/client-server-api/#fallback
 */
export const completion = `if (window.onAuthDone) window.onAuthDone();
else if (window.opener && window.opener.postMessage) window.opener.postMessage("authDone", "*");`;
