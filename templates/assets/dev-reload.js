/**
 * Development only: reloads the page when the server has been restarted.
 * `<script type="module" src="…/dev-reload.js" data-events="/+dev/events">`; each message of the stream is the server's start ID.
 */
const tag = document.querySelector('script[data-events]');
let startId;

if (tag) {
  const events = new EventSource(tag.dataset.events);
  events.addEventListener('message', ({ data }) => {
    // Do not discard user input by reloading; the form will be sent to the new server.
    if (startId !== undefined && startId !== data && !document.body.hasAttribute('data-unsaved')) location.reload();
    startId = data;
  });
  // An open stream would keep the page out of the back-forward cache and use one of six connections.
  addEventListener('pagehide', () => events.close());
}
