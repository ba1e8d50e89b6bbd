/**
 * Development only: reloads the page when another boot of the server answers.
 * `<script type="module" src="…/dev-reload.js" data-events="/+dev/events">`; each message of the stream is the boot's id.
 */
const tag = document.querySelector('script[data-events]');
let boot;

if (tag) {
  const events = new EventSource(tag.dataset.events);
  events.addEventListener('message', ({ data }) => {
    // What somebody has typed is worth more than the newest page; the form itself goes to the new server.
    if (boot !== undefined && boot !== data && !document.body.hasAttribute('data-unsaved')) location.reload();
    boot = data;
  });
  // Left open, a stream would keep the old page out of the back-forward cache and use up one of six connections.
  addEventListener('pagehide', () => events.close());
}
