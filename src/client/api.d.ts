/**
 * The types of Oncemail's REST API, made from its OpenAPI document by `npm run generate-client`. Not to be edited.
 * Refusals are left out: they are problem documents everywhere, and the client throws them.
 */

export interface paths {
  '/healthz': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Whether the process answers */
    get: operations['system_healthz'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/readyz': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Whether PostgreSQL and Temporal answer */
    get: operations['system_readyz'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/metrics': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Prometheus metrics */
    get: operations['system_metrics'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/overview': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** The figures of the dashboard */
    get: operations['overview_read'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/automations': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** List automations */
    get: operations['automations_list'];
    put?: never;
    /**
     * Create an automation
     * @description Accepted also while Temporal is away: `inSync` is then false until its Schedule exists.
     */
    post: operations['automations_create'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/automations/preview-schedule': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** See what a schedule means: in words, its next occurrences, and what is odd about it */
    post: operations['automations_previewSchedule'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/automations/{id}': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Read an automation */
    get: operations['automations_get'];
    /** Replace an automation */
    put: operations['automations_replace'];
    post?: never;
    /** Delete an automation; a run that goes on is not stopped */
    delete: operations['automations_delete'];
    options?: never;
    head?: never;
    /** Change an automation (JSON merge patch) */
    patch: operations['automations_patch'];
    trace?: never;
  };
  '/api/v1/automations/{id}/pause': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Pause an automation: occurrences are passed over */
    post: operations['automations_pause'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/automations/{id}/resume': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Resume an automation; occurrences that were passed over stay so */
    post: operations['automations_resume'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/automations/{id}/duplicate': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Copy an automation; the copy is paused */
    post: operations['automations_duplicate'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/automations/{id}/runs': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Run an automation now, whether it is paused or not */
    post: operations['automations_run'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/automations/{id}/backfill': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /**
     * Run the occurrences of a past window that have not run
     * @description By the present schedule, at most 100 occurrences. What has run is never run again, however often a window is backfilled.
     */
    post: operations['automations_backfill'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/automations/{id}/occurrences': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Account for the occurrences of a window: ran, skipped, missed, paused over, or to come */
    get: operations['automations_occurrences'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/automations/{id}/occurrences/{scheduledFor}/run': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /**
     * Run an occurrence that has no run
     * @description One that was missed, skipped or paused over, also while the automation is paused. Its key is its own, so it runs once however often this is asked for; asking again answers the same run.
     */
    post: operations['automations_runOccurrence'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/runs': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** List runs */
    get: operations['runs_list'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/runs/{id}': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Read a run */
    get: operations['runs_get'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/runs/{id}/pause': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Pause a run */
    post: operations['runs_pause'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/runs/{id}/resume': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Resume a run that is paused, stopped or failed; nobody is mailed twice */
    post: operations['runs_resume'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/runs/{id}/stop': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Stop a run: what is pending is cancelled */
    post: operations['runs_stop'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/runs/{id}/retry-failed': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /**
     * Mail those again whose delivery failed in a run
     * @description A new run, `retryOf` this one: the same content, by the senders that the campaign has now, to the addresses that the contacts have now. Suppressed addresses (hard bounces among them) and deleted contacts stay out, and whoever a later run of the campaign has reached (one to those who had not received it, or with the same content).
     */
    post: operations['runs_retryFailed'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/runs/{id}/uncertain': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /**
     * Decide what became of uncertain deliveries
     * @description The server did not answer after the message was handed over (RFC 1047): send it again, or assume that it arrived or did not.
     */
    post: operations['runs_uncertain'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/runs/{id}/deliveries': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** List the deliveries of a run */
    get: operations['runs_listDeliveries'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/runs/{id}/deliveries.csv': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * Export the deliveries of a run
     * @description A field that a spreadsheet would run as a formula has an apostrophe before it.
     */
    get: operations['runs_exportDeliveries'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/runs/{id}/events': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * Watch a run (server-sent events)
     * @description Events of type `run` hold the run: its present state at once, then each change. `end` follows when the run is final. A reader that connects again with `Last-Event-ID` is told only what it has not seen.
     */
    get: operations['runs_watch'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/runs/{id}/proof': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * Prove a run: its occurrence, its execution, its deliveries and the answers to them
     * @description Counted from the rows of the ledger when it is asked for, not from sums kept elsewhere: it reads each delivery of the run.
     */
    get: operations['runProof_read'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/statistics/sent': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * What became of deliveries, by hour, day, sender or state
     * @description Counts deliveries by when they were sent, failed, were skipped or cancelled, or became uncertain: all runs, or those of an automation, a campaign or a sender. Cheap to read however much was sent, and kept when the deliveries of old runs are dropped.
     */
    get: operations['statistics_read'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/runs/{id}/statistics': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * The curve of a run: what became of its deliveries over time
     * @description A run that goes on is counted at most once a second, and less often the longer counting takes (a minute at most lies between two counts). Who asks while it is being counted for somebody else gets the figures before; `asOf` says of when they are.
     */
    get: operations['statistics_ofRun'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/campaigns': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** List campaigns */
    get: operations['campaigns_list'];
    put?: never;
    /** Create a campaign */
    post: operations['campaigns_create'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/campaigns/{id}': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Read a campaign */
    get: operations['campaigns_get'];
    /** Replace a campaign; runs that have begun keep what they fixed */
    put: operations['campaigns_replace'];
    post?: never;
    /** Delete a campaign */
    delete: operations['campaigns_delete'];
    options?: never;
    head?: never;
    /** Change a campaign (JSON merge patch); runs that have begun keep what they fixed */
    patch: operations['campaigns_patch'];
    trace?: never;
  };
  '/api/v1/campaigns/{id}/duplicate': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Copy a campaign */
    post: operations['campaigns_duplicate'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/campaigns/{id}/preview': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Render a campaign for a contact */
    post: operations['campaigns_preview'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/campaigns/{id}/check': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Find out what a run would do: recipients, missing values, size, senders, duration */
    post: operations['campaigns_check'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/campaigns/{id}/test-send': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /**
     * Send test mails
     * @description Real mails by the first sender, marked by "[Test]" in the subject and the header X-Oncemail-Test. They are no deliveries: no run, no counts, no suppressions.
     */
    post: operations['campaigns_testSend'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/campaigns/{id}/relaunch': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /**
     * Send a campaign again
     * @description To those who have not received it, or to everyone: one of the two must be said. Unlike `runs`, it is refused while any run of the campaign has not ended, so that nobody is mailed by two at once. An automation's coming occurrences are not affected.
     */
    post: operations['campaigns_relaunch'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/campaigns/{id}/runs': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Run a campaign now */
    post: operations['campaigns_run'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/templates': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** List templates */
    get: operations['templates_list'];
    put?: never;
    /**
     * Create a template
     * @description A syntax error is refused, with its line and column. At most 2 MiB.
     */
    post: operations['templates_create'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/templates/preview': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Render content for a contact, without saving or sending anything */
    post: operations['templates_preview'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/templates/{id}': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Read a template */
    get: operations['templates_get'];
    /** Replace a template */
    put: operations['templates_replace'];
    post?: never;
    /** Delete a template */
    delete: operations['templates_delete'];
    options?: never;
    head?: never;
    /** Change a template (JSON merge patch) */
    patch: operations['templates_patch'];
    trace?: never;
  };
  '/api/v1/attachments': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /**
     * Upload an attachment
     * @description The body is the file itself, with its media type as `Content-Type` and its name as `?filename=`, or a form with one file (`multipart/form-data`). Without a media type, or with `application/octet-stream`,
     *     the name's extension tells it. At most 10 MiB, unless `ONCEMAIL_ATTACHMENTS_MIB` says otherwise; of files with the same bytes one is stored.
     *
     *     `content.attachments` of campaigns and `attachments` of templates refer to it by its ID. What nothing has used for a day is removed.
     */
    post: operations['attachments_upload'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/attachments/{id}': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Read what is known of an attachment */
    get: operations['attachments_get'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/attachments/{id}/content': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Download an attachment */
    get: operations['attachments_content'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/senders': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** List senders */
    get: operations['senders_list'];
    put?: never;
    /** Create a sender */
    post: operations['senders_create'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/senders/{id}': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Read a sender */
    get: operations['senders_get'];
    /** Replace a sender; secrets that are absent stay as they are */
    put: operations['senders_replace'];
    post?: never;
    /** Delete a sender */
    delete: operations['senders_delete'];
    options?: never;
    head?: never;
    /** Change a sender (JSON merge patch) */
    patch: operations['senders_patch'];
    trace?: never;
  };
  '/api/v1/senders/{id}/usage': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** How much of its limits a sender has used, and when it may send next */
    get: operations['senders_usage'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/senders/{id}/test': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Send a test mail, step by step */
    post: operations['senders_test'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/lists': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** List lists */
    get: operations['lists_list'];
    put?: never;
    /** Create a list */
    post: operations['lists_create'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/lists/{id}': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Read a list */
    get: operations['lists_get'];
    /** Replace a list; its contacts stay */
    put: operations['lists_replace'];
    post?: never;
    /**
     * Delete a list
     * @description Its contacts stay contacts, of other lists or of none. An import that is on its way into it fails; runs that have begun go on with the audience they fixed.
     */
    delete: operations['lists_delete'];
    options?: never;
    head?: never;
    /** Change a list (JSON merge patch) */
    patch: operations['lists_patch'];
    trace?: never;
  };
  '/api/v1/lists/{id}/contacts': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** List the contacts of a list */
    get: operations['lists_members'];
    put?: never;
    /**
     * Add contacts to a list
     * @description One by its address, which becomes a contact if it is none (a name replaces, attributes are merged), or up to 1,000 by their IDs. Adding again changes nothing.
     */
    post: operations['lists_addMembers'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/lists/{id}/contacts/{contactId}': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    post?: never;
    /** Take a contact off a list; it stays a contact */
    delete: operations['lists_removeMember'];
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/lists/{id}/contacts.csv': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * Export the contacts of a list
     * @description email, name, and a column for each attribute; an import reads it back to the same. A field that a spreadsheet would run as a formula has an apostrophe before it, which the import takes away again.
     */
    get: operations['lists_exportContacts'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/contacts': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** List contacts */
    get: operations['contacts_list'];
    put?: never;
    /** Create a contact */
    post: operations['contacts_create'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/contacts/{id}': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Read a contact */
    get: operations['contacts_get'];
    /** Replace a contact */
    put: operations['contacts_replace'];
    post?: never;
    /**
     * Delete a contact
     * @description Past deliveries stay, and so does a suppression of its address.
     */
    delete: operations['contacts_delete'];
    options?: never;
    head?: never;
    /** Change a contact (JSON merge patch) */
    patch: operations['contacts_patch'];
    trace?: never;
  };
  '/api/v1/contacts/{id}/deliveries': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * List the deliveries to a contact
     * @description What became of the mail of each run that had the contact among its recipients, over all runs, the newest first. What a workflow mailed to the address itself, such as a digest, is there too.
     */
    get: operations['contacts_listDeliveries'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/lists/{id}/import': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /**
     * Import contacts into a list
     * @description The body is the file itself (`text/csv`, `text/plain`) or a form with one file (`multipart/form-data`), in UTF-8, streamed; up to 2 GiB.
     *
     *     - **With a header**: one column is called email, e-mail, mail or address. name, or first name and last name, make the name. All other columns become
     *       attributes under their header's name. Commas, semicolons and tabs are told apart.
     *     - **Left out**: columns that `?ignore=notes,birthday` names, as they stand in the header (`column3` is the third where it has no name). They need no name of
     *       their own, and no name that an attribute could have.
     *     - **Without**: when the first line is an address (or `Ada <ada@example.org>`), each line is one.
     *
     *     A row that cannot be used is rejected with its line and reason, the rest goes in. An address that is repeated in the file counts once: later rows add to
     *     earlier ones and win over them. Contacts that are known already keep what the file says nothing about; empty cells take nothing away. The same file sent twice changes
     *     nothing. The import is applied whole or not at all. An apostrophe that an export put before `=`, `+`, `-` or `@` is taken away again.
     *
     *     The answer comes when the file has arrived; `status` is then `completed` already, if applying it took less than two seconds.
     */
    post: operations['imports_receive'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/imports': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** List imports */
    get: operations['imports_list'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/imports/{id}': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Read an import */
    get: operations['imports_get'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/imports/{id}/rejected.csv': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Export the rejected rows of an import */
    get: operations['imports_rejected'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/suppressions': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** List suppressions */
    get: operations['suppressions_list'];
    put?: never;
    /**
     * Suppress an address
     * @description It gets no mail from now on, in runs that are under way too. Suppressing again keeps the first date and the stronger reason.
     */
    post: operations['suppressions_add'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/suppressions/bulk': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Suppress up to 1,000 addresses, all or none */
    post: operations['suppressions_addAll'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/suppressions/{email}': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Read the suppression of an address */
    get: operations['suppressions_get'];
    put?: never;
    post?: never;
    /** End a suppression: the address may be mailed again */
    delete: operations['suppressions_delete'];
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/notifications': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** List notifications, newest first */
    get: operations['notifications_list'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/notifications/read': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Mark all notifications as read */
    post: operations['notifications_readAll'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/notifications/{id}/read': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Mark a notification as read */
    post: operations['notifications_read'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/webhooks': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** List webhooks */
    get: operations['webhooks_list'];
    put?: never;
    /** Create a webhook */
    post: operations['webhooks_create'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/webhooks/{id}': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Read a webhook */
    get: operations['webhooks_get'];
    /** Replace a webhook; its secret stays */
    put: operations['webhooks_replace'];
    post?: never;
    /** Delete a webhook and its log */
    delete: operations['webhooks_delete'];
    options?: never;
    head?: never;
    /** Change a webhook (JSON merge patch) */
    patch: operations['webhooks_patch'];
    trace?: never;
  };
  '/api/v1/webhooks/{id}/rotate-secret': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Give a webhook a new secret; for 24 hours the one before signs too */
    post: operations['webhooks_rotateSecret'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/webhooks/{id}/test': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Send a `webhook.test` event */
    post: operations['webhooks_test'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/webhooks/{id}/deliveries': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** List what a webhook was told of in the last 30 days, newest first */
    get: operations['webhooks_deliveries'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/webhooks/{id}/deliveries/{deliveryId}': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Read an event, with its data */
    get: operations['webhooks_delivery'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/webhooks/{id}/deliveries/{deliveryId}/redeliver': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Send an event again, whatever became of it */
    post: operations['webhooks_redeliver'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/workflow-types': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** List the workflow types that an automation can run instead of a campaign */
    get: operations['workflowTypes_list'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/users': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** List users, newest first */
    get: operations['users_list'];
    put?: never;
    /** Create a user, with a password or an invitation */
    post: operations['users_create'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/users/{id}': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Read a user */
    get: operations['users_get'];
    put?: never;
    post?: never;
    /** Delete a user */
    delete: operations['users_delete'];
    options?: never;
    head?: never;
    /**
     * Change a user
     * @description A new password, or disabling the user, ends all their sessions. A new role counts from their next request on.
     */
    patch: operations['users_change'];
    trace?: never;
  };
  '/api/v1/users/{id}/invitation': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /**
     * Invite a user again
     * @description With the token the user sets a new password, so this also helps somebody who has forgotten theirs. An earlier invitation stops working.
     */
    post: operations['users_invite'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/users/{id}/reset-second-factor': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Let a user who has lost their authenticator sign in with the password alone */
    post: operations['users_resetSecondFactor'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/session': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Who am I? Also for API keys */
    get: operations['session_whoAmI'];
    put?: never;
    /**
     * Sign in
     * @description Answers a session cookie (HttpOnly, SameSite=Lax; Secure over https). A session ends a day after its last use and two weeks after it began.
     */
    post: operations['session_signIn'];
    /** Sign out */
    delete: operations['session_signOut'];
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/session/setup': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Is the first user still to be made? */
    get: operations['session_setupState'];
    put?: never;
    /**
     * Make the first user, an administrator, and sign in
     * @description The token is in the link that the API prints when it starts and there is no user. It works once and for a day.
     */
    post: operations['session_setup'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/session/invitation': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /**
     * Accept an invitation by setting a password
     * @description Sign in with it afterwards.
     */
    post: operations['session_acceptInvitation'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/session/password': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /**
     * Change my password
     * @description All my sessions end; the one that asks goes on with a new cookie.
     */
    post: operations['session_changePassword'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/session/totp': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Begin to set up an authenticator (TOTP, RFC 6238) */
    post: operations['session_enrolTotp'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/session/totp/confirm': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Confirm the authenticator with a code of it */
    post: operations['session_confirmTotp'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/session/totp/disable': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Give up the authenticator */
    post: operations['session_disableTotp'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/api-keys': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** List API keys, newest first */
    get: operations['apiKeys_list'];
    put?: never;
    /** Create an API key */
    post: operations['apiKeys_create'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/api-keys/{id}': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Read an API key */
    get: operations['apiKeys_get'];
    put?: never;
    post?: never;
    /** Revoke an API key */
    delete: operations['apiKeys_revoke'];
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/audit': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** List who did what, newest first */
    get: operations['audit_list'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
}
export interface webhooks {
  'run.started': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** A run has begun. Once a run */
    post: operations['RunStartedEvent'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  'run.finished': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** A run has ended: completed, or stopped. A run that is resumed ends again */
    post: operations['RunFinishedEvent'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  'run.failed': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** A run has failed. It can be resumed */
    post: operations['RunFailedEvent'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  'delivery.failed': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** A delivery has failed for good. Its address: GET /runs/{runId}/deliveries, or GET /contacts/{contactId} */
    post: operations['DeliveryFailedEvent'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  'contact.unsubscribed': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** An address has been unsubscribed, by its owner or through the API */
    post: operations['ContactUnsubscribedEvent'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  'occurrence.missed': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** An occurrence of an automation should have run and did not */
    post: operations['OccurrenceMissedEvent'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  'webhook.test': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Asked for with POST /webhooks/{id}/test */
    post: operations['WebhookTestEvent'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
}
export interface components {
  schemas: {
    Health: {
      /** @enum {string} */
      status: 'ok';
    };
    Readiness: {
      /** @enum {string} */
      status: 'ready' | 'not-ready';
      parts: {
        postgres: {
          ok: boolean;
          reason?: string;
          milliseconds: number;
        };
        temporal: {
          ok: boolean;
          reason?: string;
          milliseconds: number;
        };
      };
    };
    Overview: {
      /** @description Automations */
      total: number;
      /** @description Automations that are not paused */
      active: number;
      /** @description Runs that completed today */
      completedToday: number;
      failedToday: number;
      /** @description Mails sent by runs that ended today or are going on */
      sentToday: number;
      /** @description The next occurrence of any automation */
      nextRunAt: string | null;
      /** @description Deliveries that wait for a decision */
      uncertain: number;
      unreadNotifications: number;
      /** @description The next occurrence of each of the automations that are due soonest, at most 10 */
      next: {
        /**
         * Format: uuid
         * @description UUIDv7
         * @example 01958f3e-1c00-7000-8000-000000000001
         */
        automationId: string;
        name: string;
        /**
         * Format: date-time
         * @description RFC 3339, UTC
         * @example 2026-03-01T09:00:00.000Z
         */
        at: string;
        timeZone: string;
        scheduleText: string;
      }[];
      attention: components['schemas']['Attention'];
      /** @description Runs that are not final, newest first, at most 50 */
      running: components['schemas']['Run'][];
    };
    /** @description What needs eyes as things stand now, at most twenty of each; it goes when its cause does */
    Attention: {
      /** @description Runs with deliveries that wait for a decision */
      uncertain: {
        /**
         * Format: uuid
         * @description UUIDv7
         * @example 01958f3e-1c00-7000-8000-000000000001
         */
        runId: string;
        title: string;
        count: number;
      }[];
      /** @description Runs that failed in the last seven days and have not been retried */
      failedRuns: {
        /**
         * Format: uuid
         * @description UUIDv7
         * @example 01958f3e-1c00-7000-8000-000000000001
         */
        runId: string;
        title: string;
        reason: string | null;
        finishedAt: string | null;
      }[];
      /** @description Automations with occurrences of the last seven days that did not run and have not been run since */
      missed: {
        /**
         * Format: uuid
         * @description UUIDv7
         * @example 01958f3e-1c00-7000-8000-000000000001
         */
        automationId: string;
        name: string;
        count: number;
      }[];
      /** @description Senders that cannot send, and a run that waits for each */
      senders: {
        /**
         * Format: uuid
         * @description UUIDv7
         * @example 01958f3e-1c00-7000-8000-000000000001
         */
        senderId: string;
        name: string;
        message: string;
        /**
         * Format: uuid
         * @description UUIDv7
         * @example 01958f3e-1c00-7000-8000-000000000001
         */
        runId: string;
        /**
         * Format: date-time
         * @description RFC 3339, UTC
         * @example 2026-03-01T09:00:00.000Z
         */
        at: string;
      }[];
      /** @description Automations that Temporal does not show as they are */
      outOfSync: {
        /**
         * Format: uuid
         * @description UUIDv7
         * @example 01958f3e-1c00-7000-8000-000000000001
         */
        automationId: string;
        name: string;
        error: string | null;
      }[];
    };
    Run: {
      /**
       * Format: uuid
       * @description UUIDv7
       * @example 01958f3e-1c00-7000-8000-000000000001
       */
      id: string;
      /** @description The name of the automation or campaign */
      title: string;
      automationId: string | null;
      campaignId: string | null;
      workflowType: string;
      /** @enum {string} */
      kind: 'scheduled' | 'manual' | 'backfill';
      /**
       * Format: date-time
       * @description The nominal time of the occurrence; of a manual run, when it was asked for
       * @example 2026-03-01T09:00:00.000Z
       */
      scheduledFor: string;
      /** @description What makes the occurrence one: there is one run for each */
      occurrenceKey: string;
      workflowId: string;
      /** @enum {string} */
      status: 'preparing' | 'sending' | 'waiting' | 'paused' | 'completed' | 'stopped' | 'failed' | 'duplicate';
      statusReason: string | null;
      waitingUntil: string | null;
      /**
       * @description What is wanted of the run; its status follows
       * @enum {string}
       */
      control: 'run' | 'pause' | 'stop';
      /** @description Whom it mails of the lists: everyone, or those whom no other run of the campaign has reached; retry-failed: those whose delivery failed in the run `retryOf` */
      audience: ('everyone' | 'not-yet-received' | 'retry-failed') | null;
      retryOf: string | null;
      /** @enum {string} */
      uncertainPolicy: 'hold' | 'resend';
      counts: components['schemas']['DeliveryCounts'];
      /** @description What the workflow answered; null while it has not */
      result: unknown;
      /**
       * Format: date-time
       * @description RFC 3339, UTC
       * @example 2026-03-01T09:00:00.000Z
       */
      createdAt: string;
      startedAt: string | null;
      finishedAt: string | null;
      /** @description The execution in the Temporal Web UI */
      temporalUrl: string | null;
    };
    /** @description Deliveries by state; total is their sum */
    DeliveryCounts: {
      total: number;
      pending: number;
      sending: number;
      sent: number;
      failed: number;
      skipped: number;
      cancelled: number;
      uncertain: number;
    };
    AutomationPage: {
      items: components['schemas']['Automation'][];
      /** @description null: there is nothing more */
      nextCursor: string | null;
    };
    Automation: {
      /**
       * Format: uuid
       * @description UUIDv7
       * @example 01958f3e-1c00-7000-8000-000000000001
       */
      id: string;
      name: string;
      campaignId: string | null;
      campaignName: string | null;
      workflow: {
        type: string;
        input: unknown;
      } | null;
      schedule: components['schemas']['Schedule'];
      /** @description The schedule in words */
      scheduleText: string;
      policy: {
        /**
         * @description What happens to an occurrence whose predecessor still runs
         * @enum {string}
         */
        overlap: 'skip' | 'bufferOne' | 'bufferAll' | 'cancelOther' | 'terminateOther' | 'allowAll';
        /** @description How late an occurrence may start after an outage */
        catchUpSeconds: number;
        /** @description Pause the automation when a run fails */
        pauseOnFailure: boolean;
        /**
         * @description Deliveries whose fate is unknown. hold: at most once, people decide; resend: at least once, with the same Message-ID
         * @enum {string}
         */
        uncertain: 'hold' | 'resend';
      };
      enabled: boolean;
      /** @description Grows with every change */
      revision: number;
      /** @description null: it is paused, or its schedule has ended */
      nextRunAt: string | null;
      /** @description The run of the latest occurrence or request; null: it has never run */
      lastRun: {
        /**
         * Format: uuid
         * @description UUIDv7
         * @example 01958f3e-1c00-7000-8000-000000000001
         */
        id: string;
        /** @enum {string} */
        status: 'preparing' | 'sending' | 'waiting' | 'paused' | 'completed' | 'stopped' | 'failed' | 'duplicate';
        /**
         * Format: date-time
         * @description RFC 3339, UTC
         * @example 2026-03-01T09:00:00.000Z
         */
        scheduledFor: string;
        startedAt: string | null;
        finishedAt: string | null;
        counts: components['schemas']['DeliveryCounts'];
      } | null;
      totalRuns: number;
      /** @description Occurrences of the last seven days that should have run, did not, and have not been run since */
      missed: number;
      /** @description Temporal shows this revision. While it does not, the server keeps at it */
      inSync: boolean;
      syncError: string | null;
      /** @description The Schedule in the Temporal Web UI */
      temporalUrl: string | null;
      /**
       * Format: date-time
       * @description RFC 3339, UTC
       * @example 2026-03-01T09:00:00.000Z
       */
      createdAt: string;
      /**
       * Format: date-time
       * @description RFC 3339, UTC
       * @example 2026-03-01T09:00:00.000Z
       */
      updatedAt: string;
    };
    Schedule:
      | {
          /** @enum {string} */
          type: 'once';
          at: string;
          /** @description IANA name of the time zone in which local times are meant */
          timeZone: string;
          /** @description Nothing runs before; local time without Z */
          startAt?: string;
          /** @description Nothing runs after; local time without Z */
          endAt?: string;
          /** @description Each occurrence starts up to this many seconds late, at random */
          jitterSeconds: number;
        }
      | {
          /** @enum {string} */
          type: 'daily';
          time: string;
          /** @description IANA name of the time zone in which local times are meant */
          timeZone: string;
          /** @description Nothing runs before; local time without Z */
          startAt?: string;
          /** @description Nothing runs after; local time without Z */
          endAt?: string;
          /** @description Each occurrence starts up to this many seconds late, at random */
          jitterSeconds: number;
        }
      | {
          /** @enum {string} */
          type: 'weekly';
          daysOfWeek: ('monday' | 'tuesday' | 'wednesday' | 'thursday' | 'friday' | 'saturday' | 'sunday')[];
          time: string;
          /** @description IANA name of the time zone in which local times are meant */
          timeZone: string;
          /** @description Nothing runs before; local time without Z */
          startAt?: string;
          /** @description Nothing runs after; local time without Z */
          endAt?: string;
          /** @description Each occurrence starts up to this many seconds late, at random */
          jitterSeconds: number;
        }
      | {
          /** @enum {string} */
          type: 'monthly';
          dayOfMonth: number | 'last';
          time: string;
          /** @description IANA name of the time zone in which local times are meant */
          timeZone: string;
          /** @description Nothing runs before; local time without Z */
          startAt?: string;
          /** @description Nothing runs after; local time without Z */
          endAt?: string;
          /** @description Each occurrence starts up to this many seconds late, at random */
          jitterSeconds: number;
        }
      | {
          /** @enum {string} */
          type: 'interval';
          everyMinutes: number;
          /** @description IANA name of the time zone in which local times are meant */
          timeZone: string;
          /** @description Nothing runs before; local time without Z */
          startAt?: string;
          /** @description Nothing runs after; local time without Z */
          endAt?: string;
          /** @description Each occurrence starts up to this many seconds late, at random */
          jitterSeconds: number;
        }
      | {
          /** @enum {string} */
          type: 'cron';
          cron: string;
          /** @description IANA name of the time zone in which local times are meant */
          timeZone: string;
          /** @description Nothing runs before; local time without Z */
          startAt?: string;
          /** @description Nothing runs after; local time without Z */
          endAt?: string;
          /** @description Each occurrence starts up to this many seconds late, at random */
          jitterSeconds: number;
        };
    /**
     * @example {
     *       "name": "Monday newsletter",
     *       "campaignId": "01958f3e-1c00-7000-8000-000000000003",
     *       "schedule": {
     *         "type": "weekly",
     *         "daysOfWeek": [
     *           "monday"
     *         ],
     *         "time": "09:00",
     *         "timeZone": "Europe/Riga"
     *       }
     *     }
     */
    AutomationInput: {
      name: string & (unknown & unknown);
      campaignId?: string | null;
      workflow?: {
        /** @description A name of GET /workflow-types */
        type: string;
        /** @default {} */
        input?: {
          [key: string]: unknown;
        };
      } | null;
      schedule: components['schemas']['ScheduleInput'];
      /** @default true */
      enabled?: boolean;
      /** @default {} */
      policy?: {
        /**
         * @description What happens to an occurrence whose predecessor still runs. Temporal's own spelling (BUFFER_ONE) is taken, too
         * @enum {string}
         */
        overlap?: 'skip' | 'bufferOne' | 'bufferAll' | 'cancelOther' | 'terminateOther' | 'allowAll';
        /**
         * @description How late an occurrence may start after an outage
         * @default 21600
         */
        catchUpSeconds?: number;
        /**
         * @description Pause the automation when a run fails
         * @default false
         */
        pauseOnFailure?: boolean;
        /**
         * @description Deliveries whose fate is unknown. hold: at most once, people decide; resend: at least once, with the same Message-ID
         * @default hold
         * @enum {string}
         */
        uncertain?: 'hold' | 'resend';
      };
    };
    /** @description When it runs. Other ways to write the same are taken too: times with an offset, weekdays as numbers or three letters, null for what is absent. */
    ScheduleInput:
      | {
          /** @enum {string} */
          type: 'once';
          at: string;
          /** @description IANA name of the time zone in which local times are meant */
          timeZone?: string;
          /** @description Nothing runs before; local time without Z */
          startAt?: string;
          /** @description Nothing runs after; local time without Z */
          endAt?: string;
          /** @description Each occurrence starts up to this many seconds late, at random */
          jitterSeconds?: number;
        }
      | {
          /** @enum {string} */
          type: 'daily';
          time: string;
          /** @description IANA name of the time zone in which local times are meant */
          timeZone?: string;
          /** @description Nothing runs before; local time without Z */
          startAt?: string;
          /** @description Nothing runs after; local time without Z */
          endAt?: string;
          /** @description Each occurrence starts up to this many seconds late, at random */
          jitterSeconds?: number;
        }
      | {
          /** @enum {string} */
          type: 'weekly';
          daysOfWeek: ('monday' | 'tuesday' | 'wednesday' | 'thursday' | 'friday' | 'saturday' | 'sunday')[];
          time: string;
          /** @description IANA name of the time zone in which local times are meant */
          timeZone?: string;
          /** @description Nothing runs before; local time without Z */
          startAt?: string;
          /** @description Nothing runs after; local time without Z */
          endAt?: string;
          /** @description Each occurrence starts up to this many seconds late, at random */
          jitterSeconds?: number;
        }
      | {
          /** @enum {string} */
          type: 'monthly';
          dayOfMonth: number | 'last';
          time: string;
          /** @description IANA name of the time zone in which local times are meant */
          timeZone?: string;
          /** @description Nothing runs before; local time without Z */
          startAt?: string;
          /** @description Nothing runs after; local time without Z */
          endAt?: string;
          /** @description Each occurrence starts up to this many seconds late, at random */
          jitterSeconds?: number;
        }
      | {
          /** @enum {string} */
          type: 'interval';
          everyMinutes: number;
          /** @description IANA name of the time zone in which local times are meant */
          timeZone?: string;
          /** @description Nothing runs before; local time without Z */
          startAt?: string;
          /** @description Nothing runs after; local time without Z */
          endAt?: string;
          /** @description Each occurrence starts up to this many seconds late, at random */
          jitterSeconds?: number;
        }
      | {
          /** @enum {string} */
          type: 'cron';
          cron: string;
          /** @description IANA name of the time zone in which local times are meant */
          timeZone?: string;
          /** @description Nothing runs before; local time without Z */
          startAt?: string;
          /** @description Nothing runs after; local time without Z */
          endAt?: string;
          /** @description Each occurrence starts up to this many seconds late, at random */
          jitterSeconds?: number;
        };
    /**
     * @description A schedule with what is wanted to be known of it, or the schedule itself
     * @example {
     *       "schedule": {
     *         "type": "daily",
     *         "time": "09:00",
     *         "timeZone": "Europe/Riga"
     *       },
     *       "count": 3
     *     }
     */
    SchedulePreviewInput:
      | {
          schedule: components['schemas']['ScheduleInput'];
          /** @default 10 */
          count?: number;
          /**
           * Format: date-time
           * @description Default: now
           * @example 2026-03-01T09:00:00Z
           */
          after?: string;
        }
      | components['schemas']['ScheduleInput'];
    SchedulePreview: {
      schedule: components['schemas']['Schedule'];
      text: string;
      occurrences: {
        /**
         * Format: date-time
         * @description RFC 3339, UTC
         * @example 2026-03-01T09:00:00.000Z
         */
        at: string;
        /**
         * @description Local time in the zone of the schedule
         * @example 2027-03-28T03:30:00
         */
        localTime: string;
        /** @description The clocks skip or repeat the local time */
        dst: ('skipped' | 'repeated') | null;
      }[];
      /** @description Why it would never run */
      problems: {
        /** @description JSON pointer into the body */
        pointer: string;
        message: string;
      }[];
      /** @description What is worth knowing: months that are left out, clocks that change */
      warnings: {
        /** @description JSON pointer into the body */
        pointer: string;
        message: string;
      }[];
    };
    /**
     * @example {
     *       "name": "Monday newsletter",
     *       "campaignId": "01958f3e-1c00-7000-8000-000000000003",
     *       "schedule": {
     *         "type": "weekly",
     *         "daysOfWeek": [
     *           "monday"
     *         ],
     *         "time": "09:00",
     *         "timeZone": "Europe/Riga"
     *       }
     *     }
     */
    AutomationReplacement: {
      name: string & (unknown & unknown);
      campaignId?: string | null;
      workflow?: {
        /** @description A name of GET /workflow-types */
        type: string;
        /** @default {} */
        input?: {
          [key: string]: unknown;
        };
      } | null;
      schedule: components['schemas']['ScheduleInput'];
      /** @default true */
      enabled?: boolean;
      /** @default {} */
      policy?: {
        /**
         * @description What happens to an occurrence whose predecessor still runs. Temporal's own spelling (BUFFER_ONE) is taken, too
         * @enum {string}
         */
        overlap?: 'skip' | 'bufferOne' | 'bufferAll' | 'cancelOther' | 'terminateOther' | 'allowAll';
        /**
         * @description How late an occurrence may start after an outage
         * @default 21600
         */
        catchUpSeconds?: number;
        /**
         * @description Pause the automation when a run fails
         * @default false
         */
        pauseOnFailure?: boolean;
        /**
         * @description Deliveries whose fate is unknown. hold: at most once, people decide; resend: at least once, with the same Message-ID
         * @default hold
         * @enum {string}
         */
        uncertain?: 'hold' | 'resend';
      };
      /**
       * Format: uuid
       * @description UUIDv7
       * @example 01958f3e-1c00-7000-8000-000000000001
       */
      readonly id?: string;
      readonly campaignName?: string | null;
      /** @description The schedule in words */
      readonly scheduleText?: string;
      /** @description Grows with every change */
      readonly revision?: number;
      /** @description null: it is paused, or its schedule has ended */
      readonly nextRunAt?: string | null;
      /** @description The run of the latest occurrence or request; null: it has never run */
      readonly lastRun?: {
        /**
         * Format: uuid
         * @description UUIDv7
         * @example 01958f3e-1c00-7000-8000-000000000001
         */
        id: string;
        /** @enum {string} */
        status: 'preparing' | 'sending' | 'waiting' | 'paused' | 'completed' | 'stopped' | 'failed' | 'duplicate';
        /**
         * Format: date-time
         * @description RFC 3339, UTC
         * @example 2026-03-01T09:00:00.000Z
         */
        scheduledFor: string;
        startedAt: string | null;
        finishedAt: string | null;
        counts: components['schemas']['DeliveryCounts'];
      } | null;
      readonly totalRuns?: number;
      /** @description Occurrences of the last seven days that should have run, did not, and have not been run since */
      readonly missed?: number;
      /** @description Temporal shows this revision. While it does not, the server keeps at it */
      readonly inSync?: boolean;
      readonly syncError?: string | null;
      /** @description The Schedule in the Temporal Web UI */
      readonly temporalUrl?: string | null;
      /**
       * Format: date-time
       * @description RFC 3339, UTC
       * @example 2026-03-01T09:00:00.000Z
       */
      readonly createdAt?: string;
      /**
       * Format: date-time
       * @description RFC 3339, UTC
       * @example 2026-03-01T09:00:00.000Z
       */
      readonly updatedAt?: string;
    };
    /** @description Setting campaignId drops the workflow, and the other way round */
    AutomationPatch: {
      name?: string & (unknown & unknown);
      campaignId?: string | null;
      workflow?: {
        type?: string;
        input?: {
          [key: string]: unknown;
        };
      } | null;
      /** @description Merged into the schedule; another `type` replaces it whole */
      schedule?: Record<string, unknown>;
      enabled?: boolean;
      policy?: {
        /**
         * @description What happens to an occurrence whose predecessor still runs. Temporal's own spelling (BUFFER_ONE) is taken, too
         * @enum {string}
         */
        overlap?: 'skip' | 'bufferOne' | 'bufferAll' | 'cancelOther' | 'terminateOther' | 'allowAll';
        /** @description How late an occurrence may start after an outage */
        catchUpSeconds?: number;
        /** @description Pause the automation when a run fails */
        pauseOnFailure?: boolean;
        /**
         * @description Deliveries whose fate is unknown. hold: at most once, people decide; resend: at least once, with the same Message-ID
         * @enum {string}
         */
        uncertain?: 'hold' | 'resend';
      };
      /**
       * Format: uuid
       * @description UUIDv7
       * @example 01958f3e-1c00-7000-8000-000000000001
       */
      readonly id?: string;
      readonly campaignName?: string | null;
      /** @description The schedule in words */
      readonly scheduleText?: string;
      /** @description Grows with every change */
      readonly revision?: number;
      /** @description null: it is paused, or its schedule has ended */
      readonly nextRunAt?: string | null;
      /** @description The run of the latest occurrence or request; null: it has never run */
      readonly lastRun?: {
        /**
         * Format: uuid
         * @description UUIDv7
         * @example 01958f3e-1c00-7000-8000-000000000001
         */
        id: string;
        /** @enum {string} */
        status: 'preparing' | 'sending' | 'waiting' | 'paused' | 'completed' | 'stopped' | 'failed' | 'duplicate';
        /**
         * Format: date-time
         * @description RFC 3339, UTC
         * @example 2026-03-01T09:00:00.000Z
         */
        scheduledFor: string;
        startedAt: string | null;
        finishedAt: string | null;
        counts: components['schemas']['DeliveryCounts'];
      } | null;
      readonly totalRuns?: number;
      /** @description Occurrences of the last seven days that should have run, did not, and have not been run since */
      readonly missed?: number;
      /** @description Temporal shows this revision. While it does not, the server keeps at it */
      readonly inSync?: boolean;
      readonly syncError?: string | null;
      /** @description The Schedule in the Temporal Web UI */
      readonly temporalUrl?: string | null;
      /**
       * Format: date-time
       * @description RFC 3339, UTC
       * @example 2026-03-01T09:00:00.000Z
       */
      readonly createdAt?: string;
      /**
       * Format: date-time
       * @description RFC 3339, UTC
       * @example 2026-03-01T09:00:00.000Z
       */
      readonly updatedAt?: string;
    };
    AutomationDuplicateInput: {
      name?: string & (unknown & unknown);
    };
    AutomationRunInput: {
      /**
       * @description Default: the campaign's own
       * @enum {string}
       */
      audience?: 'everyone' | 'not-yet-received';
    };
    /**
     * @example {
     *       "from": "2026-03-01T00:00:00Z",
     *       "to": "2026-03-07T23:59:59Z"
     *     }
     */
    BackfillInput: {
      /**
       * Format: date-time
       * @description RFC 3339 with offset
       * @example 2026-03-01T09:00:00Z
       */
      from: string;
      /**
       * Format: date-time
       * @description Inclusive; a time to come counts as now
       * @example 2026-03-01T09:00:00Z
       */
      to: string;
    };
    Backfill: {
      items: {
        /**
         * Format: date-time
         * @description RFC 3339, UTC
         * @example 2026-03-01T09:00:00.000Z
         */
        at: string;
        key: string;
        /**
         * Format: uuid
         * @description UUIDv7
         * @example 01958f3e-1c00-7000-8000-000000000001
         */
        runId: string;
        /** @description false: the occurrence had its run already, and is not run again */
        created: boolean;
      }[];
    };
    OccurrencePage: {
      items: components['schemas']['Occurrence'][];
      /** @description null: there is nothing more */
      nextCursor: string | null;
    };
    Occurrence: {
      /**
       * Format: date-time
       * @description RFC 3339, UTC
       * @example 2026-03-01T09:00:00.000Z
       */
      at: string;
      key: string;
      /**
       * @description Local time in the zone of the schedule
       * @example 2027-03-28T03:30:00
       */
      localTime: string;
      /** @description The clocks skip or repeat the local time */
      dst: ('skipped' | 'repeated') | null;
      /**
       * @description skipped: by the overlap policy, or it was edited away; missed: it should have run; paused: the automation was paused; due: it is on its way, or waits
       * @enum {string}
       */
      fate: 'ran' | 'running' | 'skipped' | 'missed' | 'paused' | 'due' | 'coming';
      /** @description Why, in words */
      reason: string | null;
      runId: string | null;
      runStatus:
        ('preparing' | 'sending' | 'waiting' | 'paused' | 'completed' | 'stopped' | 'failed' | 'duplicate') | null;
    };
    RunPage: {
      items: components['schemas']['Run'][];
      /** @description null: there is nothing more */
      nextCursor: string | null;
    };
    RunDetail: {
      /**
       * Format: uuid
       * @description UUIDv7
       * @example 01958f3e-1c00-7000-8000-000000000001
       */
      id: string;
      /** @description The name of the automation or campaign */
      title: string;
      automationId: string | null;
      campaignId: string | null;
      workflowType: string;
      /** @enum {string} */
      kind: 'scheduled' | 'manual' | 'backfill';
      /**
       * Format: date-time
       * @description The nominal time of the occurrence; of a manual run, when it was asked for
       * @example 2026-03-01T09:00:00.000Z
       */
      scheduledFor: string;
      /** @description What makes the occurrence one: there is one run for each */
      occurrenceKey: string;
      workflowId: string;
      /** @enum {string} */
      status: 'preparing' | 'sending' | 'waiting' | 'paused' | 'completed' | 'stopped' | 'failed' | 'duplicate';
      statusReason: string | null;
      waitingUntil: string | null;
      /**
       * @description What is wanted of the run; its status follows
       * @enum {string}
       */
      control: 'run' | 'pause' | 'stop';
      /** @description Whom it mails of the lists: everyone, or those whom no other run of the campaign has reached; retry-failed: those whose delivery failed in the run `retryOf` */
      audience: ('everyone' | 'not-yet-received' | 'retry-failed') | null;
      retryOf: string | null;
      /** @enum {string} */
      uncertainPolicy: 'hold' | 'resend';
      counts: components['schemas']['DeliveryCounts'];
      /** @description What the workflow answered; null while it has not */
      result: unknown;
      /**
       * Format: date-time
       * @description RFC 3339, UTC
       * @example 2026-03-01T09:00:00.000Z
       */
      createdAt: string;
      startedAt: string | null;
      finishedAt: string | null;
      /** @description The execution in the Temporal Web UI */
      temporalUrl: string | null;
      /** @description Executions that asked for the same occurrence and ended without sending (at most 100) */
      duplicates: {
        workflowId: string;
        firstExecutionRunId: string;
        /**
         * Format: date-time
         * @description RFC 3339, UTC
         * @example 2026-03-01T09:00:00.000Z
         */
        at: string;
        temporalUrl: string | null;
      }[];
      /** @description The senders that the run uses */
      senders: {
        /**
         * Format: uuid
         * @description UUIDv7
         * @example 01958f3e-1c00-7000-8000-000000000001
         */
        id: string;
        name: string;
      }[];
      /** @description Liquid source of the subject, as the run fixed it */
      subject: string | null;
      /** @description `X-Request-Id` of the request that asked for the run, also in the memo of its execution; null when its Schedule did */
      requestId: string | null;
    };
    /**
     * @example {
     *       "action": "assume-sent"
     *     }
     */
    UncertainInput: {
      /** @enum {string} */
      action: 'resend' | 'assume-sent' | 'assume-failed';
      /** @description Only these deliveries; absent: all that are uncertain */
      contactIds?: string[];
    };
    UncertainAnswer: {
      resolved: number;
      run: components['schemas']['Run'];
    };
    DeliveryPage: {
      items: components['schemas']['Delivery'][];
      /** @description null: there is nothing more */
      nextCursor: string | null;
    };
    Delivery: {
      /**
       * Format: uuid
       * @description UUIDv7
       * @example 01958f3e-1c00-7000-8000-000000000001
       */
      contactId: string;
      email: string;
      /** @enum {string} */
      state: 'pending' | 'sending' | 'sent' | 'failed' | 'skipped' | 'cancelled' | 'uncertain';
      attempts: number;
      /** @description Of the server's last answer: the SMTP reply code, or the HTTP status of a provider's API */
      smtpCode: number | null;
      /** @description The enhanced status code (RFC 3463) of the server's last answer, such as 5.1.1, where it gave one */
      enhancedCode: string | null;
      /** @description What the server said last, or why there was no answer */
      response: string | null;
      senderId: string | null;
      /** @description The Message-ID of every copy. A provider's API makes its own and gets this one, without its domain, as X-Entity-Ref-ID */
      messageId: string | null;
      /** @description Not attempted again before */
      dueAt: string | null;
      changedAt: string | null;
    };
    RunProof: {
      /**
       * Format: uuid
       * @description UUIDv7
       * @example 01958f3e-1c00-7000-8000-000000000001
       */
      runId: string;
      /**
       * Format: date-time
       * @description RFC 3339, UTC
       * @example 2026-03-01T09:00:00.000Z
       */
      countedAt: string;
      occurrence: {
        key: string;
        /** @description Runs of the automation or campaign with this key; the ledger allows one */
        runs: number;
      };
      execution: {
        workflowId: string;
        /** @description Of the execution that owns the run; null while there is none */
        firstExecutionRunId: string | null;
        temporalUrl: string | null;
        /** @description Executions that asked for the same occurrence and ended without sending */
        duplicates: number;
      };
      ledger: {
        /** @description Recipients that the run fixed when it began */
        planned: number;
        /** @description Rows of the ledger */
        deliveries: number;
        /** @description Distinct addresses among them */
        addresses: number;
      };
      /** @description Deliveries by state and the code of the last answer, the most first */
      answers: {
        /** @enum {string} */
        state: 'pending' | 'sending' | 'sent' | 'failed' | 'skipped' | 'cancelled' | 'uncertain';
        smtpCode: number | null;
        count: number;
        /** @description One of the answers */
        example: string | null;
      }[];
    };
    Statistics:
      | {
          /** @enum {string} */
          by: 'hour';
          /**
           * Format: date-time
           * @description `from`, set back to the beginning of its hour, day or quarter of an hour
           * @example 2026-03-01T09:00:00.000Z
           */
          from: string;
          /**
           * Format: date-time
           * @description `to`, put forward to the end of its hour, day or quarter of an hour
           * @example 2026-03-01T09:00:00.000Z
           */
          to: string;
          timeZone: string;
          /**
           * Format: date-time
           * @description What happened until then is counted; a run that goes on is counted once a minute or more often
           * @example 2026-03-01T09:00:00.000Z
           */
          asOf: string;
          total: components['schemas']['EndCounts'];
          /** @description Each hour, empty ones too */
          items: {
            /**
             * Format: date-time
             * @description RFC 3339, UTC
             * @example 2026-03-01T09:00:00.000Z
             */
            at: string;
            sent: number;
            failed: number;
            skipped: number;
            cancelled: number;
            /** @description Accepted or not: it waits for a decision */
            uncertain: number;
          }[];
        }
      | {
          /** @enum {string} */
          by: 'day';
          /**
           * Format: date-time
           * @description `from`, set back to the beginning of its hour, day or quarter of an hour
           * @example 2026-03-01T09:00:00.000Z
           */
          from: string;
          /**
           * Format: date-time
           * @description `to`, put forward to the end of its hour, day or quarter of an hour
           * @example 2026-03-01T09:00:00.000Z
           */
          to: string;
          timeZone: string;
          /**
           * Format: date-time
           * @description What happened until then is counted; a run that goes on is counted once a minute or more often
           * @example 2026-03-01T09:00:00.000Z
           */
          asOf: string;
          total: components['schemas']['EndCounts'];
          /** @description Each day, empty ones too */
          items: {
            /**
             * Format: date
             * @description In `timeZone`
             */
            day: string;
            /**
             * Format: date-time
             * @description RFC 3339, UTC
             * @example 2026-03-01T09:00:00.000Z
             */
            at: string;
            sent: number;
            failed: number;
            skipped: number;
            cancelled: number;
            /** @description Accepted or not: it waits for a decision */
            uncertain: number;
          }[];
        }
      | {
          /** @enum {string} */
          by: 'sender';
          /**
           * Format: date-time
           * @description `from`, set back to the beginning of its hour, day or quarter of an hour
           * @example 2026-03-01T09:00:00.000Z
           */
          from: string;
          /**
           * Format: date-time
           * @description `to`, put forward to the end of its hour, day or quarter of an hour
           * @example 2026-03-01T09:00:00.000Z
           */
          to: string;
          timeZone: string;
          /**
           * Format: date-time
           * @description What happened until then is counted; a run that goes on is counted once a minute or more often
           * @example 2026-03-01T09:00:00.000Z
           */
          asOf: string;
          total: components['schemas']['EndCounts'];
          /** @description Those that handled anything, the largest first */
          items: components['schemas']['SenderEnds'][];
        }
      | {
          /** @enum {string} */
          by: 'state';
          /**
           * Format: date-time
           * @description `from`, set back to the beginning of its hour, day or quarter of an hour
           * @example 2026-03-01T09:00:00.000Z
           */
          from: string;
          /**
           * Format: date-time
           * @description `to`, put forward to the end of its hour, day or quarter of an hour
           * @example 2026-03-01T09:00:00.000Z
           */
          to: string;
          timeZone: string;
          /**
           * Format: date-time
           * @description What happened until then is counted; a run that goes on is counted once a minute or more often
           * @example 2026-03-01T09:00:00.000Z
           */
          asOf: string;
          total: components['schemas']['EndCounts'];
          items: {
            /** @enum {string} */
            state: 'sent' | 'failed' | 'skipped' | 'cancelled' | 'uncertain';
            count: number;
          }[];
        };
    /** @description How many deliveries came to each end */
    EndCounts: {
      sent: number;
      failed: number;
      skipped: number;
      cancelled: number;
      /** @description Accepted or not: it waits for a decision */
      uncertain: number;
    };
    SenderEnds: {
      /** @description null: no sender had handled them */
      senderId: string | null;
      name: string | null;
      sent: number;
      failed: number;
      skipped: number;
      cancelled: number;
      /** @description Accepted or not: it waits for a decision */
      uncertain: number;
    };
    RunStatistics: {
      /**
       * Format: uuid
       * @description UUIDv7
       * @example 01958f3e-1c00-7000-8000-000000000001
       */
      runId: string;
      /**
       * Format: date-time
       * @description When the deliveries were counted
       * @example 2026-03-01T09:00:00.000Z
       */
      asOf: string;
      /**
       * Format: date-time
       * @description RFC 3339, UTC
       * @example 2026-03-01T09:00:00.000Z
       */
      from: string;
      /**
       * Format: date-time
       * @description RFC 3339, UTC
       * @example 2026-03-01T09:00:00.000Z
       */
      to: string;
      /** @description Seconds of one point: as short as at most 301 points allow */
      pointSeconds: number;
      /** @description What became of deliveries in the `pointSeconds` from `at` on; points without any are left out. What is decided after the end of the run is in its last point */
      points: {
        /**
         * Format: date-time
         * @description RFC 3339, UTC
         * @example 2026-03-01T09:00:00.000Z
         */
        at: string;
        sent: number;
        failed: number;
        skipped: number;
        cancelled: number;
        /** @description Accepted or not: it waits for a decision */
        uncertain: number;
      }[];
      total: components['schemas']['EndCounts'];
      senders: components['schemas']['SenderEnds'][];
    };
    CampaignPage: {
      items: components['schemas']['Campaign'][];
      /** @description null: there is nothing more */
      nextCursor: string | null;
    };
    Campaign: {
      /**
       * Format: uuid
       * @description UUIDv7
       * @example 01958f3e-1c00-7000-8000-000000000001
       */
      id: string;
      name: string;
      listIds: string[];
      senderIds: string[];
      templateId: string | null;
      content: {
        subject: string;
        html: string;
        text: string | null;
        attachments: components['schemas']['ContentAttachment'][];
      } | null;
      /**
       * @description not-yet-received leaves out whoever another run of the campaign reached (sent), may have reached (sending, uncertain) or is about to (pending in a run that has not ended); failed, skipped and cancelled deliveries count as not received
       * @enum {string}
       */
      audience: 'everyone' | 'not-yet-received';
      /**
       * Format: date-time
       * @description RFC 3339, UTC
       * @example 2026-03-01T09:00:00.000Z
       */
      createdAt: string;
      /**
       * Format: date-time
       * @description RFC 3339, UTC
       * @example 2026-03-01T09:00:00.000Z
       */
      updatedAt: string;
    };
    ContentAttachment: {
      /**
       * Format: uuid
       * @description UUIDv7
       * @example 01958f3e-1c00-7000-8000-000000000001
       */
      id: string;
      filename: string;
      /**
       * @description A media type
       * @example image/png
       */
      contentType: string;
      /** @description Bytes, before they are encoded */
      size: number;
      /**
       * @description attachment: offered as a file; inline: shown within the mail. Absent: inline if it has a contentId
       * @enum {string}
       */
      disposition: 'attachment' | 'inline';
      contentId: string | null;
    };
    /**
     * @example {
     *       "name": "Spring sale",
     *       "listIds": [
     *         "01958f3e-1c00-7000-8000-000000000001"
     *       ],
     *       "senderIds": [
     *         "01958f3e-1c00-7000-8000-000000000002"
     *       ],
     *       "content": {
     *         "subject": "Spring sale",
     *         "html": "<p>Hello {{ contact.name }}</p>"
     *       }
     *     }
     */
    CampaignInput: {
      name: string & (unknown & unknown);
      /** @description Who gets it: the contacts of these lists, each address once */
      listIds: string[];
      /** @description The senders that share the work; test mails use the first */
      senderIds: string[];
      templateId?: string | null;
      content?: {
        /**
         * @description Liquid
         * @example Hello {{ contact.name }}
         */
        subject: string & (unknown & unknown);
        /**
         * @description Liquid
         * @example <p>Hello {{ contact.name }}</p>
         */
        html: string;
        /** @description Liquid; absent or null: made from the HTML */
        text?: string | null;
        /** @description Files and inline pictures, in the order of the mail; absent: none. The size of all together is limited (10 MiB unless set otherwise) */
        attachments?: components['schemas']['ContentAttachmentInput'][];
      } | null;
      /**
       * @description not-yet-received leaves out whoever another run of the campaign reached (sent), may have reached (sending, uncertain) or is about to (pending in a run that has not ended); failed, skipped and cancelled deliveries count as not received
       * @default everyone
       * @enum {string}
       */
      audience?: 'everyone' | 'not-yet-received';
    };
    ContentAttachmentInput: {
      /**
       * Format: uuid
       * @description An upload: `POST /attachments`
       */
      id: string;
      /** @description What the recipient sees; absent: the upload's */
      filename?: string & (unknown & unknown);
      /** @description As answered, or absent: a file never changes */
      contentType?: string;
      /** @description As answered, or absent */
      size?: number;
      /**
       * @description attachment: offered as a file; inline: shown within the mail. Absent: inline if it has a contentId
       * @enum {string}
       */
      disposition?: 'attachment' | 'inline';
      contentId?: string | null;
    };
    /**
     * @example {
     *       "name": "Spring sale",
     *       "listIds": [
     *         "01958f3e-1c00-7000-8000-000000000001"
     *       ],
     *       "senderIds": [
     *         "01958f3e-1c00-7000-8000-000000000002"
     *       ],
     *       "content": {
     *         "subject": "Spring sale",
     *         "html": "<p>Hello {{ contact.name }}</p>"
     *       }
     *     }
     */
    CampaignReplacement: {
      name: string & (unknown & unknown);
      /** @description Who gets it: the contacts of these lists, each address once */
      listIds: string[];
      /** @description The senders that share the work; test mails use the first */
      senderIds: string[];
      templateId?: string | null;
      content?: {
        /**
         * @description Liquid
         * @example Hello {{ contact.name }}
         */
        subject: string & (unknown & unknown);
        /**
         * @description Liquid
         * @example <p>Hello {{ contact.name }}</p>
         */
        html: string;
        /** @description Liquid; absent or null: made from the HTML */
        text?: string | null;
        /** @description Files and inline pictures, in the order of the mail; absent: none. The size of all together is limited (10 MiB unless set otherwise) */
        attachments?: components['schemas']['ContentAttachmentInput'][];
      } | null;
      /**
       * @description not-yet-received leaves out whoever another run of the campaign reached (sent), may have reached (sending, uncertain) or is about to (pending in a run that has not ended); failed, skipped and cancelled deliveries count as not received
       * @default everyone
       * @enum {string}
       */
      audience?: 'everyone' | 'not-yet-received';
      /**
       * Format: uuid
       * @description UUIDv7
       * @example 01958f3e-1c00-7000-8000-000000000001
       */
      readonly id?: string;
      /**
       * Format: date-time
       * @description RFC 3339, UTC
       * @example 2026-03-01T09:00:00.000Z
       */
      readonly createdAt?: string;
      /**
       * Format: date-time
       * @description RFC 3339, UTC
       * @example 2026-03-01T09:00:00.000Z
       */
      readonly updatedAt?: string;
    };
    /** @description Setting templateId drops the content, and the other way round */
    CampaignPatch: {
      name?: string & (unknown & unknown);
      /** @description Who gets it: the contacts of these lists, each address once */
      listIds?: string[];
      /** @description The senders that share the work; test mails use the first */
      senderIds?: string[];
      templateId?: string | null;
      content?: {
        /**
         * @description Liquid
         * @example Hello {{ contact.name }}
         */
        subject?: string & (unknown & unknown);
        /**
         * @description Liquid
         * @example <p>Hello {{ contact.name }}</p>
         */
        html?: string;
        /** @description Liquid; absent or null: made from the HTML */
        text?: string | null;
        /** @description Files and inline pictures, in the order of the mail; absent: none. The size of all together is limited (10 MiB unless set otherwise) */
        attachments?: components['schemas']['ContentAttachmentInput'][];
      } | null;
      /**
       * @description not-yet-received leaves out whoever another run of the campaign reached (sent), may have reached (sending, uncertain) or is about to (pending in a run that has not ended); failed, skipped and cancelled deliveries count as not received
       * @enum {string}
       */
      audience?: 'everyone' | 'not-yet-received';
      /**
       * Format: uuid
       * @description UUIDv7
       * @example 01958f3e-1c00-7000-8000-000000000001
       */
      readonly id?: string;
      /**
       * Format: date-time
       * @description RFC 3339, UTC
       * @example 2026-03-01T09:00:00.000Z
       */
      readonly createdAt?: string;
      /**
       * Format: date-time
       * @description RFC 3339, UTC
       * @example 2026-03-01T09:00:00.000Z
       */
      readonly updatedAt?: string;
    };
    CampaignDuplicateInput: {
      /** @description Default: the same name and "(copy)" */
      name?: string & (unknown & unknown);
    };
    CampaignPreviewInput: {
      /**
       * Format: uuid
       * @description UUIDv7
       * @example 01958f3e-1c00-7000-8000-000000000001
       */
      contactId?: string;
      contact?: {
        /** Format: email */
        email: string;
        /** @default  */
        name?: string;
        /** @default {} */
        attributes?: {
          [key: string]: unknown;
        };
      };
    };
    TemplatePreview: {
      subject: string;
      html: string;
      text: string;
      /** @description Size of the whole message as it goes over the wire */
      bytes: number;
      /** @description Variables the content uses */
      variables: string[];
      warnings: string[];
    };
    CampaignCheck: {
      /** @description A run would send: there are no errors */
      ready: boolean;
      /** @description Who a run would mail now: distinct addresses, not suppressed, by the audience */
      recipients: number;
      /** @description Distinct contacts of the lists */
      contacts: number;
      suppressed: number;
      /** @description Left out by the audience not-yet-received */
      alreadyReceived: number;
      variables: {
        name: string;
        /** @description Recipients who have no value for it */
        missing: number;
      }[];
      /** @description Size of one mail on the wire, with its attachments encoded, for an example contact */
      bytes: number | null;
      senders: {
        /**
         * Format: uuid
         * @description UUIDv7
         * @example 01958f3e-1c00-7000-8000-000000000001
         */
        id: string;
        name: string;
        usable: boolean;
        problem: string | null;
      }[];
      /** @description Least duration by the senders' limits; null: no usable sender, or beyond ten years */
      leastSeconds: number | null;
      /** @description Why a run could not send */
      errors: string[];
      warnings: string[];
    };
    /**
     * @example {
     *       "to": [
     *         "me@example.com"
     *       ]
     *     }
     */
    CampaignTestInput: {
      to: string | string[];
      /**
       * Format: uuid
       * @description Render for this contact; absent: for an example
       * @example 01958f3e-1c00-7000-8000-000000000001
       */
      contactId?: string;
      contact?: {
        /** Format: email */
        email: string;
        /** @default  */
        name?: string;
        /** @default {} */
        attributes?: {
          [key: string]: unknown;
        };
      };
    };
    CampaignTest: {
      /** @description Every mail was accepted */
      ok: boolean;
      results: {
        to: string;
        ok: boolean;
        /** @description What the server said, or what happened instead */
        response: string;
        messageId: string;
      }[];
      warnings: string[];
    };
    /**
     * @example {
     *       "audience": "not-yet-received"
     *     }
     */
    CampaignRelaunchInput: {
      /**
       * @description Whom to send it to; there is no default
       * @enum {string}
       */
      audience: 'everyone' | 'not-yet-received';
    };
    CampaignRunInput: {
      /**
       * @description Default: the campaign's own
       * @enum {string}
       */
      audience?: 'everyone' | 'not-yet-received';
    };
    TemplatePage: {
      items: components['schemas']['Template'][];
      /** @description null: there is nothing more */
      nextCursor: string | null;
    };
    Template: {
      /**
       * Format: uuid
       * @description UUIDv7
       * @example 01958f3e-1c00-7000-8000-000000000001
       */
      id: string;
      name: string;
      subject: string;
      html: string;
      text: string | null;
      attachments: components['schemas']['ContentAttachment'][];
      /**
       * Format: date-time
       * @description RFC 3339, UTC
       * @example 2026-03-01T09:00:00.000Z
       */
      createdAt: string;
      /**
       * Format: date-time
       * @description RFC 3339, UTC
       * @example 2026-03-01T09:00:00.000Z
       */
      updatedAt: string;
    };
    /**
     * @example {
     *       "name": "Welcome",
     *       "subject": "Hello {{ contact.name }}",
     *       "html": "<p>Hello {{ contact.name | default: \"there\" }}</p>"
     *     }
     */
    TemplateInput: {
      name: string & (unknown & unknown);
      /**
       * @description Liquid
       * @example Hello {{ contact.name }}
       */
      subject: string & (unknown & unknown);
      /**
       * @description Liquid
       * @example <p>Hello {{ contact.name }}</p>
       */
      html: string;
      /** @description Liquid; absent or null: made from the HTML */
      text?: string | null;
      /** @description Files and inline pictures, in the order of the mail; absent: none. The size of all together is limited (10 MiB unless set otherwise) */
      attachments?: components['schemas']['ContentAttachmentInput'][];
    };
    TemplatePreviewInput: {
      /**
       * @description Liquid
       * @example Hello {{ contact.name }}
       */
      subject: string & (unknown & unknown);
      /**
       * @description Liquid
       * @example <p>Hello {{ contact.name }}</p>
       */
      html: string;
      /** @description Liquid; absent or null: made from the HTML */
      text?: string | null;
      /** @description Files and inline pictures, in the order of the mail; absent: none. The size of all together is limited (10 MiB unless set otherwise) */
      attachments?: components['schemas']['ContentAttachmentInput'][];
      /**
       * Format: uuid
       * @description Render for this contact
       * @example 01958f3e-1c00-7000-8000-000000000001
       */
      contactId?: string;
      /** @description Render for a made-up contact; without either, for an example */
      contact?: {
        /** Format: email */
        email: string;
        /** @default  */
        name?: string;
        /** @default {} */
        attributes?: {
          [key: string]: unknown;
        };
      };
      /**
       * Format: uuid
       * @description The sender it would come from; absent: an example
       * @example 01958f3e-1c00-7000-8000-000000000001
       */
      senderId?: string;
      /** @description What `campaign.name` is; absent: Preview */
      campaignName?: string & (unknown & unknown);
    };
    /**
     * @example {
     *       "name": "Welcome",
     *       "subject": "Hello {{ contact.name }}",
     *       "html": "<p>Hello {{ contact.name | default: \"there\" }}</p>"
     *     }
     */
    TemplateReplacement: {
      name: string & (unknown & unknown);
      /**
       * @description Liquid
       * @example Hello {{ contact.name }}
       */
      subject: string & (unknown & unknown);
      /**
       * @description Liquid
       * @example <p>Hello {{ contact.name }}</p>
       */
      html: string;
      /** @description Liquid; absent or null: made from the HTML */
      text?: string | null;
      /** @description Files and inline pictures, in the order of the mail; absent: none. The size of all together is limited (10 MiB unless set otherwise) */
      attachments?: components['schemas']['ContentAttachmentInput'][];
      /**
       * Format: uuid
       * @description UUIDv7
       * @example 01958f3e-1c00-7000-8000-000000000001
       */
      readonly id?: string;
      /**
       * Format: date-time
       * @description RFC 3339, UTC
       * @example 2026-03-01T09:00:00.000Z
       */
      readonly createdAt?: string;
      /**
       * Format: date-time
       * @description RFC 3339, UTC
       * @example 2026-03-01T09:00:00.000Z
       */
      readonly updatedAt?: string;
    };
    TemplatePatch: {
      name?: string & (unknown & unknown);
      /**
       * @description Liquid
       * @example Hello {{ contact.name }}
       */
      subject?: string & (unknown & unknown);
      /**
       * @description Liquid
       * @example <p>Hello {{ contact.name }}</p>
       */
      html?: string;
      /** @description Liquid; absent or null: made from the HTML */
      text?: string | null;
      /** @description Files and inline pictures, in the order of the mail; absent: none. The size of all together is limited (10 MiB unless set otherwise) */
      attachments?: components['schemas']['ContentAttachmentInput'][];
      /**
       * Format: uuid
       * @description UUIDv7
       * @example 01958f3e-1c00-7000-8000-000000000001
       */
      readonly id?: string;
      /**
       * Format: date-time
       * @description RFC 3339, UTC
       * @example 2026-03-01T09:00:00.000Z
       */
      readonly createdAt?: string;
      /**
       * Format: date-time
       * @description RFC 3339, UTC
       * @example 2026-03-01T09:00:00.000Z
       */
      readonly updatedAt?: string;
    };
    Attachment: {
      /**
       * Format: uuid
       * @description UUIDv7
       * @example 01958f3e-1c00-7000-8000-000000000001
       */
      id: string;
      filename: string;
      /**
       * @description A media type
       * @example image/png
       */
      contentType: string;
      /** @description Bytes, before they are encoded */
      size: number;
      /**
       * Format: date-time
       * @description RFC 3339, UTC
       * @example 2026-03-01T09:00:00.000Z
       */
      createdAt: string;
    };
    SenderPage: {
      items: components['schemas']['Sender'][];
      /** @description null: there is nothing more */
      nextCursor: string | null;
    };
    Sender:
      | {
          /** @enum {string} */
          transport: 'smtp';
          /**
           * Format: uuid
           * @description UUIDv7
           * @example 01958f3e-1c00-7000-8000-000000000001
           */
          id: string;
          name: string;
          fromName: string;
          fromEmail: string;
          replyTo: string | null;
          maxConnections: number;
          limits: {
            perSecond: number | null;
            perMinute: number | null;
            perHour: number | null;
            perDay: number | null;
          };
          /** @description Grows with every change */
          revision: number;
          /**
           * Format: date-time
           * @description RFC 3339, UTC
           * @example 2026-03-01T09:00:00.000Z
           */
          createdAt: string;
          /**
           * Format: date-time
           * @description RFC 3339, UTC
           * @example 2026-03-01T09:00:00.000Z
           */
          updatedAt: string;
          smtp: {
            host: string;
            port: number;
            /**
             * @description tls: encrypted from the first byte (port 465); starttls: upgraded before the log-in, or nothing is sent; none: plain text
             * @enum {string}
             */
            security: 'none' | 'starttls' | 'tls';
            username: string | null;
            hasPassword: boolean;
          };
          dkim: {
            domainName: string;
            keySelector: string;
            /** @description The TXT record to publish, so that others can check the signatures; null when the stored key cannot be read */
            dnsRecord: {
              name: string;
              value: string;
            } | null;
          } | null;
        }
      | {
          /** @enum {string} */
          transport: 'resend';
          /**
           * Format: uuid
           * @description UUIDv7
           * @example 01958f3e-1c00-7000-8000-000000000001
           */
          id: string;
          name: string;
          fromName: string;
          fromEmail: string;
          replyTo: string | null;
          maxConnections: number;
          limits: {
            perSecond: number | null;
            perMinute: number | null;
            perHour: number | null;
            perDay: number | null;
          };
          /** @description Grows with every change */
          revision: number;
          /**
           * Format: date-time
           * @description RFC 3339, UTC
           * @example 2026-03-01T09:00:00.000Z
           */
          createdAt: string;
          /**
           * Format: date-time
           * @description RFC 3339, UTC
           * @example 2026-03-01T09:00:00.000Z
           */
          updatedAt: string;
          resend: {
            baseUrl: string;
            hasApiKey: boolean;
          };
        };
    /**
     * @example {
     *       "name": "Newsletter",
     *       "fromName": "Example Shop",
     *       "fromEmail": "news@example.com",
     *       "smtp": {
     *         "host": "smtp.example.com",
     *         "port": 587,
     *         "security": "starttls",
     *         "username": "news",
     *         "password": "secret"
     *       },
     *       "limits": {
     *         "perHour": 2000
     *       }
     *     }
     */
    SenderInput:
      | {
          /**
           * @default smtp
           * @enum {string}
           */
          transport?: 'smtp';
          name: string & (unknown & unknown);
          /** @default  */
          fromName?: string;
          /** Format: email */
          fromEmail: string;
          replyTo?: string | null;
          /** @default 10 */
          maxConnections?: number;
          /**
           * @description Most mails in any such period, over all workers; absent or null: no limit
           * @default {}
           */
          limits?: {
            perSecond?: number | null;
            perMinute?: number | null;
            perHour?: number | null;
            perDay?: number | null;
          };
          smtp: {
            /** @example smtp.example.com */
            host: string;
            /** @example 587 */
            port: number;
            /**
             * @description tls: encrypted from the first byte (port 465); starttls: upgraded before the log-in, or nothing is sent; none: plain text
             * @enum {string}
             */
            security: 'none' | 'starttls' | 'tls';
            username?: string | null;
            /** @description Stored encrypted, never answered. Absent: as it was; null: none */
            password?: string | null;
          };
          dkim?: {
            /** @example example.com */
            domainName: string;
            /** @example mail2026 */
            keySelector: string;
            /** @description PEM. Stored encrypted, never answered. Absent: as it was */
            privateKey?: string | null;
          } | null;
        }
      | {
          /** @enum {string} */
          transport: 'resend';
          name: string & (unknown & unknown);
          /** @default  */
          fromName?: string;
          /** Format: email */
          fromEmail: string;
          replyTo?: string | null;
          /** @default 10 */
          maxConnections?: number;
          /**
           * @description Most mails in any such period, over all workers; absent or null: no limit
           * @default {}
           */
          limits?: {
            perSecond?: number | null;
            perMinute?: number | null;
            perHour?: number | null;
            perDay?: number | null;
          };
          resend: {
            /**
             * Format: uri
             * @default https://api.resend.com
             * @example https://api.resend.com
             */
            baseUrl?: string;
            /** @description Stored encrypted, never answered. Needed when the transport becomes resend; absent later: as it was */
            apiKey?: string;
          };
        };
    /**
     * @example {
     *       "name": "Newsletter",
     *       "fromName": "Example Shop",
     *       "fromEmail": "news@example.com",
     *       "smtp": {
     *         "host": "smtp.example.com",
     *         "port": 587,
     *         "security": "starttls",
     *         "username": "news",
     *         "password": "secret"
     *       },
     *       "limits": {
     *         "perHour": 2000
     *       }
     *     }
     */
    SenderReplacement:
      | {
          /**
           * @default smtp
           * @enum {string}
           */
          transport?: 'smtp';
          name: string & (unknown & unknown);
          /** @default  */
          fromName?: string;
          /** Format: email */
          fromEmail: string;
          replyTo?: string | null;
          /** @default 10 */
          maxConnections?: number;
          /**
           * @description Most mails in any such period, over all workers; absent or null: no limit
           * @default {}
           */
          limits?: {
            perSecond?: number | null;
            perMinute?: number | null;
            perHour?: number | null;
            perDay?: number | null;
          };
          smtp: {
            /** @example smtp.example.com */
            host: string;
            /** @example 587 */
            port: number;
            /**
             * @description tls: encrypted from the first byte (port 465); starttls: upgraded before the log-in, or nothing is sent; none: plain text
             * @enum {string}
             */
            security: 'none' | 'starttls' | 'tls';
            username?: string | null;
            /** @description Stored encrypted, never answered. Absent: as it was; null: none */
            password?: string | null;
            readonly hasPassword?: boolean;
          };
          dkim?: {
            /** @example example.com */
            domainName: string;
            /** @example mail2026 */
            keySelector: string;
            /** @description PEM. Stored encrypted, never answered. Absent: as it was */
            privateKey?: string | null;
            /** @description The TXT record to publish, so that others can check the signatures; null when the stored key cannot be read */
            readonly dnsRecord?: {
              name: string;
              value: string;
            } | null;
          } | null;
          /**
           * Format: uuid
           * @description UUIDv7
           * @example 01958f3e-1c00-7000-8000-000000000001
           */
          readonly id?: string;
          /** @description Grows with every change */
          readonly revision?: number;
          /**
           * Format: date-time
           * @description RFC 3339, UTC
           * @example 2026-03-01T09:00:00.000Z
           */
          readonly createdAt?: string;
          /**
           * Format: date-time
           * @description RFC 3339, UTC
           * @example 2026-03-01T09:00:00.000Z
           */
          readonly updatedAt?: string;
        }
      | {
          /** @enum {string} */
          transport: 'resend';
          name: string & (unknown & unknown);
          /** @default  */
          fromName?: string;
          /** Format: email */
          fromEmail: string;
          replyTo?: string | null;
          /** @default 10 */
          maxConnections?: number;
          /**
           * @description Most mails in any such period, over all workers; absent or null: no limit
           * @default {}
           */
          limits?: {
            perSecond?: number | null;
            perMinute?: number | null;
            perHour?: number | null;
            perDay?: number | null;
          };
          resend: {
            /**
             * Format: uri
             * @default https://api.resend.com
             * @example https://api.resend.com
             */
            baseUrl?: string;
            /** @description Stored encrypted, never answered. Needed when the transport becomes resend; absent later: as it was */
            apiKey?: string;
            readonly hasApiKey?: boolean;
          };
          /**
           * Format: uuid
           * @description UUIDv7
           * @example 01958f3e-1c00-7000-8000-000000000001
           */
          readonly id?: string;
          /** @description Grows with every change */
          readonly revision?: number;
          /**
           * Format: date-time
           * @description RFC 3339, UTC
           * @example 2026-03-01T09:00:00.000Z
           */
          readonly createdAt?: string;
          /**
           * Format: date-time
           * @description RFC 3339, UTC
           * @example 2026-03-01T09:00:00.000Z
           */
          readonly updatedAt?: string;
        };
    /**
     * @example {
     *       "limits": {
     *         "perHour": 500
     *       }
     *     }
     */
    SenderPatch: {
      name?: string & (unknown & unknown);
      fromName?: string;
      /** Format: email */
      fromEmail?: string;
      replyTo?: string | null;
      maxConnections?: number;
      /**
       * @description Another transport needs its settings in the same patch
       * @enum {string}
       */
      transport?: 'smtp' | 'resend';
      smtp?: {
        /** @example smtp.example.com */
        host?: string;
        /** @example 587 */
        port?: number;
        /**
         * @description tls: encrypted from the first byte (port 465); starttls: upgraded before the log-in, or nothing is sent; none: plain text
         * @enum {string}
         */
        security?: 'none' | 'starttls' | 'tls';
        username?: string | null;
        /** @description Stored encrypted, never answered. Absent: as it was; null: none */
        password?: string | null;
        readonly hasPassword?: boolean;
      };
      resend?: {
        /**
         * Format: uri
         * @default https://api.resend.com
         * @example https://api.resend.com
         */
        baseUrl?: string;
        /** @description Stored encrypted, never answered. Needed when the transport becomes resend; absent later: as it was */
        apiKey?: string;
        readonly hasApiKey?: boolean;
      };
      limits?: {
        perSecond?: number | null;
        perMinute?: number | null;
        perHour?: number | null;
        perDay?: number | null;
      };
      dkim?: {
        /** @example example.com */
        domainName?: string;
        /** @example mail2026 */
        keySelector?: string;
        /** @description PEM. Stored encrypted, never answered. Absent: as it was */
        privateKey?: string | null;
        /** @description The TXT record to publish, so that others can check the signatures; null when the stored key cannot be read */
        readonly dnsRecord?: {
          name: string;
          value: string;
        } | null;
      } | null;
      /**
       * Format: uuid
       * @description UUIDv7
       * @example 01958f3e-1c00-7000-8000-000000000001
       */
      readonly id?: string;
      /** @description Grows with every change */
      readonly revision?: number;
      /**
       * Format: date-time
       * @description RFC 3339, UTC
       * @example 2026-03-01T09:00:00.000Z
       */
      readonly createdAt?: string;
      /**
       * Format: date-time
       * @description RFC 3339, UTC
       * @example 2026-03-01T09:00:00.000Z
       */
      readonly updatedAt?: string;
    };
    /** @description A sender without limits takes no slots: nothing is counted for it */
    SenderUsage: {
      /** @description Slots taken, as the limits count them: rolling windows whose oldest second (of hour and day, minute) counts whole. A slot counts from its reservation, up to half a second before its mail */
      used: {
        second: number;
        minute: number;
        hour: number;
        day: number;
      };
      limits: {
        perSecond: number | null;
        perMinute: number | null;
        perHour: number | null;
        perDay: number | null;
      };
      /**
       * Format: date-time
       * @description From when the next mail may be sent; the present time when a slot is free
       * @example 2026-03-01T09:00:00.000Z
       */
      nextSlotAt: string;
      /** @description The limit that stands in the way until then; null when a slot is free */
      limitedBy: ('perSecond' | 'perMinute' | 'perHour' | 'perDay') | null;
      /** @description Slots taken in each of the last minutes, the present one last */
      series: {
        /**
         * Format: date-time
         * @description RFC 3339, UTC
         * @example 2026-03-01T09:00:00.000Z
         */
        at: string;
        reserved: number;
      }[];
    };
    /**
     * @example {
     *       "to": "me@example.com"
     *     }
     */
    SenderTestInput: {
      /** Format: email */
      to: string;
    };
    SenderTest: {
      /** @description The server has taken responsibility for the mail */
      ok: boolean;
      steps: {
        /** @enum {string} */
        step: 'connect' | 'greeting' | 'tls' | 'auth' | 'message';
        /** @enum {string} */
        state: 'ok' | 'failed' | 'not-reached' | 'unknown';
        /** @description What the server or the network said */
        detail: string | null;
      }[];
      messageId: string | null;
    };
    ListPage: {
      items: components['schemas']['List'][];
      /** @description null: there is nothing more */
      nextCursor: string | null;
    };
    List: {
      /**
       * Format: uuid
       * @description UUIDv7
       * @example 01958f3e-1c00-7000-8000-000000000001
       */
      id: string;
      name: string;
      description: string;
      geography: string;
      isp: string;
      /** @description How many contacts are members now */
      contacts: number;
      /**
       * Format: date-time
       * @description RFC 3339, UTC
       * @example 2026-03-01T09:00:00.000Z
       */
      createdAt: string;
      /**
       * Format: date-time
       * @description RFC 3339, UTC
       * @example 2026-03-01T09:00:00.000Z
       */
      updatedAt: string;
    };
    ListInput: {
      name: string & (unknown & unknown);
      /** @default  */
      description?: string;
      /**
       * @description Where its contacts are
       * @default
       * @example DACH
       */
      geography?: string;
      /**
       * @description The provider of its mailboxes
       * @default
       * @example gmail
       */
      isp?: string;
    };
    ListReplacement: {
      name: string & (unknown & unknown);
      /** @default  */
      description?: string;
      /**
       * @description Where its contacts are
       * @default
       * @example DACH
       */
      geography?: string;
      /**
       * @description The provider of its mailboxes
       * @default
       * @example gmail
       */
      isp?: string;
      /**
       * Format: uuid
       * @description UUIDv7
       * @example 01958f3e-1c00-7000-8000-000000000001
       */
      readonly id?: string;
      /** @description How many contacts are members now */
      readonly contacts?: number;
      /**
       * Format: date-time
       * @description RFC 3339, UTC
       * @example 2026-03-01T09:00:00.000Z
       */
      readonly createdAt?: string;
      /**
       * Format: date-time
       * @description RFC 3339, UTC
       * @example 2026-03-01T09:00:00.000Z
       */
      readonly updatedAt?: string;
    };
    ListPatch: {
      name?: string & (unknown & unknown);
      description?: string | null;
      geography?: string | null;
      isp?: string | null;
      /**
       * Format: uuid
       * @description UUIDv7
       * @example 01958f3e-1c00-7000-8000-000000000001
       */
      readonly id?: string;
      /** @description How many contacts are members now */
      readonly contacts?: number;
      /**
       * Format: date-time
       * @description RFC 3339, UTC
       * @example 2026-03-01T09:00:00.000Z
       */
      readonly createdAt?: string;
      /**
       * Format: date-time
       * @description RFC 3339, UTC
       * @example 2026-03-01T09:00:00.000Z
       */
      readonly updatedAt?: string;
    };
    ContactPage: {
      items: components['schemas']['Contact'][];
      /** @description null: there is nothing more */
      nextCursor: string | null;
    };
    Contact: {
      /**
       * Format: uuid
       * @description UUIDv7
       * @example 01958f3e-1c00-7000-8000-000000000001
       */
      id: string;
      email: string;
      name: string;
      attributes: {
        [key: string]: unknown;
      };
      lists: {
        /**
         * Format: uuid
         * @description UUIDv7
         * @example 01958f3e-1c00-7000-8000-000000000001
         */
        id: string;
        name: string;
      }[];
      /** @enum {string} */
      status: 'subscribed' | 'unsubscribed' | 'bounced' | 'complained' | 'suppressed';
      /**
       * Format: date-time
       * @description RFC 3339, UTC
       * @example 2026-03-01T09:00:00.000Z
       */
      createdAt: string;
      /**
       * Format: date-time
       * @description RFC 3339, UTC
       * @example 2026-03-01T09:00:00.000Z
       */
      updatedAt: string;
    };
    __schema0:
      | string
      | number
      | boolean
      | null
      | components['schemas']['__schema0'][]
      | {
          [key: string]: components['schemas']['__schema0'];
        };
    ListMembersInput:
      | {
          /**
           * Format: email
           * @example ada@example.org
           */
          email: string;
          name?: string;
          /**
           * @description Whatever is known about the contact; templates see it as `contact.attributes`
           * @example {
           *       "city": "London"
           *     }
           */
          attributes?: {
            [key: string]: unknown;
          };
        }
      | {
          contactIds: string[];
        };
    ListMembersAdded: {
      /** @description How many were not members before */
      added: number;
      /** @description The contact, where one was added by its address */
      contact: components['schemas']['Contact'] | null;
    };
    ContactInput: {
      /**
       * Format: email
       * @example ada@example.org
       */
      email: string;
      /** @description One line; line breaks become blanks */
      name?: string;
      /**
       * @description Whatever is known about the contact; templates see it as `contact.attributes`
       * @default {}
       * @example {
       *       "city": "London"
       *     }
       */
      attributes?: {
        [key: string]: unknown;
      };
      /** @description The lists the contact is a member of; absent: left as they are */
      listIds?: string[];
      /** @description The same as `listIds`, as answers have it, too: objects with an `id`. Give one of the two */
      lists?: (
        | string
        | {
            /** Format: uuid */
            id: string;
          }
      )[];
    };
    ContactDeliveryPage: {
      items: components['schemas']['ContactDelivery'][];
      /** @description null: there is nothing more */
      nextCursor: string | null;
    };
    ContactDelivery: {
      /** @description The address as it was when the run fixed its audience */
      email: string;
      /** @enum {string} */
      state: 'pending' | 'sending' | 'sent' | 'failed' | 'skipped' | 'cancelled' | 'uncertain';
      attempts: number;
      /** @description Of the server's last answer: the SMTP reply code, or the HTTP status of a provider's API */
      smtpCode: number | null;
      /** @description The enhanced status code (RFC 3463) of the server's last answer, such as 5.1.1, where it gave one */
      enhancedCode: string | null;
      /** @description What the server said last, or why there was no answer */
      response: string | null;
      senderId: string | null;
      /** @description The Message-ID of every copy. A provider's API makes its own and gets this one, without its domain, as X-Entity-Ref-ID */
      messageId: string | null;
      /** @description Not attempted again before */
      dueAt: string | null;
      changedAt: string | null;
      /**
       * Format: uuid
       * @description UUIDv7
       * @example 01958f3e-1c00-7000-8000-000000000001
       */
      runId: string;
      /** @description The name of the automation or campaign */
      title: string;
      automationId: string | null;
      campaignId: string | null;
      /**
       * @description Of the run
       * @enum {string}
       */
      kind: 'scheduled' | 'manual' | 'backfill';
      /**
       * Format: date-time
       * @description The nominal time of the run
       * @example 2026-03-01T09:00:00.000Z
       */
      scheduledFor: string;
    };
    ContactReplacement: {
      /**
       * Format: email
       * @example ada@example.org
       */
      email: string;
      /** @description One line; line breaks become blanks */
      name?: string;
      /**
       * @description Whatever is known about the contact; templates see it as `contact.attributes`
       * @default {}
       * @example {
       *       "city": "London"
       *     }
       */
      attributes?: {
        [key: string]: unknown;
      };
      /** @description The lists the contact is a member of; absent: left as they are */
      listIds?: string[];
      /** @description The same as `listIds`, as answers have it, too: objects with an `id`. Give one of the two */
      lists?: (
        | string
        | {
            /** Format: uuid */
            id: string;
          }
      )[];
      /**
       * @description As answered, or absent: it follows from `/suppressions`, where an address is suppressed
       * @enum {string}
       */
      status?: 'subscribed' | 'unsubscribed' | 'bounced' | 'complained' | 'suppressed';
      /**
       * Format: uuid
       * @description UUIDv7
       * @example 01958f3e-1c00-7000-8000-000000000001
       */
      readonly id?: string;
      /**
       * Format: date-time
       * @description RFC 3339, UTC
       * @example 2026-03-01T09:00:00.000Z
       */
      readonly createdAt?: string;
      /**
       * Format: date-time
       * @description RFC 3339, UTC
       * @example 2026-03-01T09:00:00.000Z
       */
      readonly updatedAt?: string;
    };
    ContactPatch: {
      /** Format: email */
      email?: string;
      name?: string | null;
      /** @description Merged; null removes one */
      attributes?: {
        [key: string]: unknown;
      } | null;
      /** @description The lists the contact is a member of; absent: left as they are */
      listIds?: string[];
      /** @description The same as `listIds`, as answers have it, too: objects with an `id`. Give one of the two */
      lists?: (
        | string
        | {
            /** Format: uuid */
            id: string;
          }
      )[];
      /**
       * @description As answered, or absent: it follows from `/suppressions`, where an address is suppressed
       * @enum {string}
       */
      status?: 'subscribed' | 'unsubscribed' | 'bounced' | 'complained' | 'suppressed';
      /**
       * Format: uuid
       * @description UUIDv7
       * @example 01958f3e-1c00-7000-8000-000000000001
       */
      readonly id?: string;
      /**
       * Format: date-time
       * @description RFC 3339, UTC
       * @example 2026-03-01T09:00:00.000Z
       */
      readonly createdAt?: string;
      /**
       * Format: date-time
       * @description RFC 3339, UTC
       * @example 2026-03-01T09:00:00.000Z
       */
      readonly updatedAt?: string;
    };
    Import: {
      /**
       * Format: uuid
       * @description UUIDv7
       * @example 01958f3e-1c00-7000-8000-000000000001
       */
      id: string;
      /**
       * Format: uuid
       * @description UUIDv7
       * @example 01958f3e-1c00-7000-8000-000000000001
       */
      listId: string;
      fileName: string;
      /**
       * @description queued: the file is arriving, or has arrived and waits; running: it is being applied, all of it or nothing; completed, failed: final
       * @enum {string}
       */
      status: 'queued' | 'running' | 'completed' | 'failed';
      /** @description Rows read so far, without blank ones: added, updated, unchanged, rejected and repeated ones */
      rows: number;
      /** @description Contacts that joined the list */
      added: number;
      /** @description Members of the list whose name or attributes changed */
      updated: number;
      rejected: number;
      /** @description The first 20 rejected rows */
      errors: components['schemas']['ImportError'][];
      /** @description Why it failed; nothing was applied then */
      error: string | null;
      /**
       * Format: date-time
       * @description RFC 3339, UTC
       * @example 2026-03-01T09:00:00.000Z
       */
      createdAt: string;
      finishedAt: string | null;
    };
    ImportError: {
      /** @description Where the row begins, from 1 */
      line: number;
      /** @description What was not accepted, shortened */
      value: string;
      reason: string;
    };
    ImportPage: {
      items: components['schemas']['Import'][];
      /** @description null: there is nothing more */
      nextCursor: string | null;
    };
    SuppressionPage: {
      items: components['schemas']['Suppression'][];
      /** @description null: there is nothing more */
      nextCursor: string | null;
    };
    Suppression: {
      /**
       * Format: uuid
       * @description UUIDv7
       * @example 01958f3e-1c00-7000-8000-000000000001
       */
      id: string;
      email: string;
      /** @enum {string} */
      reason: 'unsubscribed' | 'bounced' | 'complained' | 'manual';
      detail: string;
      /** @description The run whose mail led to it */
      runId: string | null;
      /**
       * Format: date-time
       * @description RFC 3339, UTC
       * @example 2026-03-01T09:00:00.000Z
       */
      since: string;
    };
    SuppressionInput: {
      /**
       * Format: email
       * @example ada@example.org
       */
      email: string;
      /**
       * @description complained is stronger than unsubscribed, manual and bounced, in this order; a stronger reason replaces a weaker one
       * @default manual
       * @enum {string}
       */
      reason?: 'unsubscribed' | 'bounced' | 'complained' | 'manual';
      /**
       * @description What is known about it
       * @default
       */
      detail?: string;
    };
    SuppressionsInput: {
      emails: string[];
      /**
       * @description complained is stronger than unsubscribed, manual and bounced, in this order; a stronger reason replaces a weaker one
       * @default manual
       * @enum {string}
       */
      reason?: 'unsubscribed' | 'bounced' | 'complained' | 'manual';
      /**
       * @description What is known about it
       * @default
       */
      detail?: string;
    };
    SuppressionsAdded: {
      added: number;
      /** @description Suppressed before, for a weaker reason */
      strengthened: number;
      /** @description Suppressed before, for as strong a reason, or repeated in the request */
      kept: number;
    };
    NotificationPage: {
      items: components['schemas']['Notification'][];
      /** @description null: there is nothing more */
      nextCursor: string | null;
    };
    Notification: {
      /**
       * Format: uuid
       * @description UUIDv7
       * @example 01958f3e-1c00-7000-8000-000000000001
       */
      id: string;
      /** @example run-failed */
      kind: string;
      /** @enum {string} */
      severity: 'info' | 'warning' | 'error';
      message: string;
      automationId: string | null;
      runId: string | null;
      senderId: string | null;
      /**
       * Format: date-time
       * @description RFC 3339, UTC
       * @example 2026-03-01T09:00:00.000Z
       */
      createdAt: string;
      readAt: string | null;
    };
    NotificationsRead: {
      marked: number;
    };
    WebhookPage: {
      items: components['schemas']['Webhook'][];
      /** @description null: there is nothing more */
      nextCursor: string | null;
    };
    Webhook: {
      /**
       * Format: uuid
       * @description UUIDv7
       * @example 01958f3e-1c00-7000-8000-000000000001
       */
      id: string;
      name: string;
      url: string;
      events: (
        'run.started' | 'run.finished' | 'run.failed' | 'delivery.failed' | 'contact.unsubscribed' | 'occurrence.missed'
      )[];
      enabled: boolean;
      /** @description Why it was disabled, when nobody asked for it: the endpoint is gone, or dead for days */
      disabledReason: string | null;
      /** @description null: the endpoint accepts what it is sent */
      failingSince: string | null;
      /** @description Since when nothing is sent because workers cannot decrypt the signing secret (another `ONCEMAIL_SECRET_KEY`); events wait, and nothing counts against the endpoint. null: it can be read */
      secretUnreadableSince: string | null;
      /** @description Until then secrets that were replaced sign too; null: one secret signs */
      previousSecretUntil: string | null;
      revision: number;
      /**
       * Format: date-time
       * @description RFC 3339, UTC
       * @example 2026-03-01T09:00:00.000Z
       */
      createdAt: string;
      /**
       * Format: date-time
       * @description RFC 3339, UTC
       * @example 2026-03-01T09:00:00.000Z
       */
      updatedAt: string;
    };
    /**
     * @example {
     *       "name": "CRM",
     *       "url": "https://hooks.example.com/oncemail",
     *       "events": [
     *         "run.finished",
     *         "run.failed"
     *       ]
     *     }
     */
    WebhookInput: {
      name: string & (unknown & unknown);
      /**
       * Format: uri
       * @example https://hooks.example.com/oncemail
       */
      url: string;
      /**
       * @example [
       *       "run.finished",
       *       "run.failed"
       *     ]
       */
      events: (
        'run.started' | 'run.finished' | 'run.failed' | 'delivery.failed' | 'contact.unsubscribed' | 'occurrence.missed'
      )[];
      /**
       * @description While it is not, nothing is sent and new events are not kept for it
       * @default true
       */
      enabled?: boolean;
    };
    WebhookWithSecret: {
      /**
       * Format: uuid
       * @description UUIDv7
       * @example 01958f3e-1c00-7000-8000-000000000001
       */
      id: string;
      name: string;
      url: string;
      events: (
        'run.started' | 'run.finished' | 'run.failed' | 'delivery.failed' | 'contact.unsubscribed' | 'occurrence.missed'
      )[];
      enabled: boolean;
      /** @description Why it was disabled, when nobody asked for it: the endpoint is gone, or dead for days */
      disabledReason: string | null;
      /** @description null: the endpoint accepts what it is sent */
      failingSince: string | null;
      /** @description Since when nothing is sent because workers cannot decrypt the signing secret (another `ONCEMAIL_SECRET_KEY`); events wait, and nothing counts against the endpoint. null: it can be read */
      secretUnreadableSince: string | null;
      /** @description Until then secrets that were replaced sign too; null: one secret signs */
      previousSecretUntil: string | null;
      revision: number;
      /**
       * Format: date-time
       * @description RFC 3339, UTC
       * @example 2026-03-01T09:00:00.000Z
       */
      createdAt: string;
      /**
       * Format: date-time
       * @description RFC 3339, UTC
       * @example 2026-03-01T09:00:00.000Z
       */
      updatedAt: string;
      /**
       * @description Shown this once: absent in the answer to a repeated request
       * @example whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oDazfbBZ0oYKQ=
       */
      secret?: string;
    };
    /**
     * @example {
     *       "name": "CRM",
     *       "url": "https://hooks.example.com/oncemail",
     *       "events": [
     *         "run.finished",
     *         "run.failed"
     *       ]
     *     }
     */
    WebhookReplacement: {
      name: string & (unknown & unknown);
      /**
       * Format: uri
       * @example https://hooks.example.com/oncemail
       */
      url: string;
      /**
       * @example [
       *       "run.finished",
       *       "run.failed"
       *     ]
       */
      events: (
        'run.started' | 'run.finished' | 'run.failed' | 'delivery.failed' | 'contact.unsubscribed' | 'occurrence.missed'
      )[];
      /**
       * @description While it is not, nothing is sent and new events are not kept for it
       * @default true
       */
      enabled?: boolean;
      /**
       * Format: uuid
       * @description UUIDv7
       * @example 01958f3e-1c00-7000-8000-000000000001
       */
      readonly id?: string;
      /** @description Why it was disabled, when nobody asked for it: the endpoint is gone, or dead for days */
      readonly disabledReason?: string | null;
      /** @description null: the endpoint accepts what it is sent */
      readonly failingSince?: string | null;
      /** @description Since when nothing is sent because workers cannot decrypt the signing secret (another `ONCEMAIL_SECRET_KEY`); events wait, and nothing counts against the endpoint. null: it can be read */
      readonly secretUnreadableSince?: string | null;
      /** @description Until then secrets that were replaced sign too; null: one secret signs */
      readonly previousSecretUntil?: string | null;
      readonly revision?: number;
      /**
       * Format: date-time
       * @description RFC 3339, UTC
       * @example 2026-03-01T09:00:00.000Z
       */
      readonly createdAt?: string;
      /**
       * Format: date-time
       * @description RFC 3339, UTC
       * @example 2026-03-01T09:00:00.000Z
       */
      readonly updatedAt?: string;
    };
    /**
     * @example {
     *       "enabled": false
     *     }
     */
    WebhookPatch: {
      name?: string & (unknown & unknown);
      /**
       * Format: uri
       * @example https://hooks.example.com/oncemail
       */
      url?: string;
      /**
       * @example [
       *       "run.finished",
       *       "run.failed"
       *     ]
       */
      events?: (
        'run.started' | 'run.finished' | 'run.failed' | 'delivery.failed' | 'contact.unsubscribed' | 'occurrence.missed'
      )[];
      enabled?: boolean;
      /**
       * Format: uuid
       * @description UUIDv7
       * @example 01958f3e-1c00-7000-8000-000000000001
       */
      readonly id?: string;
      /** @description Why it was disabled, when nobody asked for it: the endpoint is gone, or dead for days */
      readonly disabledReason?: string | null;
      /** @description null: the endpoint accepts what it is sent */
      readonly failingSince?: string | null;
      /** @description Since when nothing is sent because workers cannot decrypt the signing secret (another `ONCEMAIL_SECRET_KEY`); events wait, and nothing counts against the endpoint. null: it can be read */
      readonly secretUnreadableSince?: string | null;
      /** @description Until then secrets that were replaced sign too; null: one secret signs */
      readonly previousSecretUntil?: string | null;
      readonly revision?: number;
      /**
       * Format: date-time
       * @description RFC 3339, UTC
       * @example 2026-03-01T09:00:00.000Z
       */
      readonly createdAt?: string;
      /**
       * Format: date-time
       * @description RFC 3339, UTC
       * @example 2026-03-01T09:00:00.000Z
       */
      readonly updatedAt?: string;
    };
    WebhookDelivery: {
      /**
       * Format: uuid
       * @description UUIDv7
       * @example 01958f3e-1c00-7000-8000-000000000001
       */
      id: string;
      /**
       * Format: uuid
       * @description UUIDv7
       * @example 01958f3e-1c00-7000-8000-000000000001
       */
      webhookId: string;
      /**
       * Format: uuid
       * @description The `webhook-id` of every attempt
       * @example 01958f3e-1c00-7000-8000-000000000001
       */
      eventId: string;
      /** @enum {string} */
      type:
        | 'run.started'
        | 'run.finished'
        | 'run.failed'
        | 'delivery.failed'
        | 'contact.unsubscribed'
        | 'occurrence.missed'
        | 'webhook.test';
      /**
       * @description pending: it is sent, or sent again, at `nextAttemptAt`; delivered: accepted; failed: given up
       * @enum {string}
       */
      state: 'pending' | 'delivered' | 'failed';
      attempts: number;
      lastAttemptAt: string | null;
      /** @description HTTP status of the last answer; null without one */
      lastStatus: number | null;
      lastError: string | null;
      /** @description How long the last answer took, in milliseconds */
      answeredInMs: number | null;
      /** @description While an attempt is under way: when it is sent again, should the process that sends it die */
      nextAttemptAt: string | null;
      /**
       * Format: date-time
       * @description When the event happened
       * @example 2026-03-01T09:00:00.000Z
       */
      createdAt: string;
    };
    WebhookDeliveryPage: {
      items: components['schemas']['WebhookDelivery'][];
      /** @description null: there is nothing more */
      nextCursor: string | null;
    };
    WebhookDeliveryDetail: {
      /**
       * Format: uuid
       * @description UUIDv7
       * @example 01958f3e-1c00-7000-8000-000000000001
       */
      id: string;
      /**
       * Format: uuid
       * @description UUIDv7
       * @example 01958f3e-1c00-7000-8000-000000000001
       */
      webhookId: string;
      /**
       * Format: uuid
       * @description The `webhook-id` of every attempt
       * @example 01958f3e-1c00-7000-8000-000000000001
       */
      eventId: string;
      /** @enum {string} */
      type:
        | 'run.started'
        | 'run.finished'
        | 'run.failed'
        | 'delivery.failed'
        | 'contact.unsubscribed'
        | 'occurrence.missed'
        | 'webhook.test';
      /**
       * @description pending: it is sent, or sent again, at `nextAttemptAt`; delivered: accepted; failed: given up
       * @enum {string}
       */
      state: 'pending' | 'delivered' | 'failed';
      attempts: number;
      lastAttemptAt: string | null;
      /** @description HTTP status of the last answer; null without one */
      lastStatus: number | null;
      lastError: string | null;
      /** @description How long the last answer took, in milliseconds */
      answeredInMs: number | null;
      /** @description While an attempt is under way: when it is sent again, should the process that sends it die */
      nextAttemptAt: string | null;
      /**
       * Format: date-time
       * @description When the event happened
       * @example 2026-03-01T09:00:00.000Z
       */
      createdAt: string;
      /** @description `data` of the event, as it is sent */
      data: unknown;
    };
    WorkflowTypeList: {
      items: {
        /** @description `workflow.type` of an automation */
        name: string;
        title: string;
        description: string;
        /** @description JSON Schema of `workflow.input` */
        inputSchema: {
          [key: string]: unknown;
        };
      }[];
      nextCursor: null;
    };
    UserPage: {
      items: components['schemas']['User'][];
      /** @description null: there is nothing more */
      nextCursor: string | null;
    };
    User: {
      /**
       * Format: uuid
       * @description UUIDv7
       * @example 01958f3e-1c00-7000-8000-000000000001
       */
      id: string;
      email: string;
      name: string;
      /** @enum {string} */
      role: 'admin' | 'operator' | 'viewer';
      disabled: boolean;
      /** @description Has not set a password yet */
      invited: boolean;
      invitationExpiresAt: string | null;
      /** @description Signs in with the code of an authenticator too */
      secondFactor: boolean;
      /**
       * Format: date-time
       * @description RFC 3339, UTC
       * @example 2026-03-01T09:00:00.000Z
       */
      createdAt: string;
      /**
       * Format: date-time
       * @description RFC 3339, UTC
       * @example 2026-03-01T09:00:00.000Z
       */
      updatedAt: string;
      lastSignedInAt: string | null;
    };
    /**
     * @example {
     *       "email": "ada@example.org",
     *       "name": "Ada",
     *       "role": "operator"
     *     }
     */
    UserInput: {
      /** Format: email */
      email: string;
      name: string & (unknown & unknown);
      /** @enum {string} */
      role: 'admin' | 'operator' | 'viewer';
      /** @description Absent: the user is invited and sets one */
      password?: string;
    };
    CreatedUser: {
      /**
       * Format: uuid
       * @description UUIDv7
       * @example 01958f3e-1c00-7000-8000-000000000001
       */
      id: string;
      email: string;
      name: string;
      /** @enum {string} */
      role: 'admin' | 'operator' | 'viewer';
      disabled: boolean;
      /** @description Has not set a password yet */
      invited: boolean;
      invitationExpiresAt: string | null;
      /** @description Signs in with the code of an authenticator too */
      secondFactor: boolean;
      /**
       * Format: date-time
       * @description RFC 3339, UTC
       * @example 2026-03-01T09:00:00.000Z
       */
      createdAt: string;
      /**
       * Format: date-time
       * @description RFC 3339, UTC
       * @example 2026-03-01T09:00:00.000Z
       */
      updatedAt: string;
      lastSignedInAt: string | null;
      /** @description Shown this once; null: a password was given */
      invitation: components['schemas']['Invitation'] | null;
    };
    Invitation: {
      /** @description Works once, at POST /session/invitation. Stored as a hash. */
      token: string;
      /** @description The page of the web app that takes it; the token is behind the # */
      url: string;
      /**
       * Format: date-time
       * @description RFC 3339, UTC
       * @example 2026-03-01T09:00:00.000Z
       */
      expiresAt: string;
    };
    UserPatch: {
      /** Format: email */
      email?: string;
      name?: string & (unknown & unknown);
      /** @enum {string} */
      role?: 'admin' | 'operator' | 'viewer';
      disabled?: boolean;
      /** @description 12 to 200 characters, not made of a few repeated ones and not the email address */
      password?: string;
      /**
       * Format: uuid
       * @description UUIDv7
       * @example 01958f3e-1c00-7000-8000-000000000001
       */
      readonly id?: string;
      /** @description Has not set a password yet */
      readonly invited?: boolean;
      readonly invitationExpiresAt?: string | null;
      /** @description Signs in with the code of an authenticator too */
      readonly secondFactor?: boolean;
      /**
       * Format: date-time
       * @description RFC 3339, UTC
       * @example 2026-03-01T09:00:00.000Z
       */
      readonly createdAt?: string;
      /**
       * Format: date-time
       * @description RFC 3339, UTC
       * @example 2026-03-01T09:00:00.000Z
       */
      readonly updatedAt?: string;
      readonly lastSignedInAt?: string | null;
    };
    WhoAmI: {
      /** @enum {string} */
      kind: 'user' | 'api-key';
      /**
       * Format: uuid
       * @description UUIDv7
       * @example 01958f3e-1c00-7000-8000-000000000001
       */
      id: string;
      name: string;
      /** @enum {string} */
      role: 'admin' | 'operator' | 'viewer';
      /** @description null: an API key */
      user: components['schemas']['User'] | null;
      /** @description When the session or key ends at the latest; null: a key that does not expire */
      expiresAt: string | null;
    };
    /**
     * @example {
     *       "email": "ada@example.org",
     *       "password": "correct horse battery staple"
     *     }
     */
    SignInInput: {
      /** Format: email */
      email: string;
      password: string;
      /**
       * @description Six digits of the authenticator, or a recovery code
       * @example 123456
       */
      totp?: string;
    };
    SignedIn: {
      user: components['schemas']['User'];
      /**
       * Format: date-time
       * @description When the session ends at the latest
       * @example 2026-03-01T09:00:00.000Z
       */
      expiresAt: string;
    };
    SetupState: {
      /** @description There is no user yet */
      needed: boolean;
    };
    SetupInput: {
      token: string;
      /** Format: email */
      email: string;
      name: string & (unknown & unknown);
      /** @description 12 to 200 characters, not made of a few repeated ones and not the email address */
      password: string;
    };
    AcceptInvitationInput: {
      token: string;
      /** @description 12 to 200 characters, not made of a few repeated ones and not the email address */
      password: string;
    };
    ChangePasswordInput: {
      currentPassword: string;
      /** @description 12 to 200 characters, not made of a few repeated ones and not the email address */
      newPassword: string;
    };
    ConfirmPasswordInput: {
      password: string;
    };
    TotpEnrolment: {
      /** @description Base32, for authenticators without a camera */
      secret: string;
      /** @description otpauth address, to be shown as a QR code */
      uri: string;
    };
    /**
     * @example {
     *       "totp": "123456"
     *     }
     */
    ConfirmTotpInput: {
      totp: string;
    };
    RecoveryCodes: {
      /** @description Each replaces the authenticator once. Shown this once and stored as hashes. */
      recoveryCodes: string[];
    };
    ApiKeyPage: {
      items: components['schemas']['ApiKey'][];
      /** @description null: there is nothing more */
      nextCursor: string | null;
    };
    ApiKey: {
      /**
       * Format: uuid
       * @description UUIDv7
       * @example 01958f3e-1c00-7000-8000-000000000001
       */
      id: string;
      name: string;
      /** @enum {string} */
      role: 'admin' | 'operator' | 'viewer';
      /** @description The first characters of the key, to recognise it by */
      prefix: string;
      /**
       * Format: date-time
       * @description RFC 3339, UTC
       * @example 2026-03-01T09:00:00.000Z
       */
      createdAt: string;
      expiresAt: string | null;
      /** @description To the minute */
      lastUsedAt: string | null;
    };
    /**
     * @example {
     *       "name": "nightly export",
     *       "role": "viewer"
     *     }
     */
    ApiKeyInput: {
      name: string & (unknown & unknown);
      /** @enum {string} */
      role: 'admin' | 'operator' | 'viewer';
      /** @description In the future; absent or null: never */
      expiresAt?: string | null;
    };
    CreatedApiKey: {
      /**
       * Format: uuid
       * @description UUIDv7
       * @example 01958f3e-1c00-7000-8000-000000000001
       */
      id: string;
      name: string;
      /** @enum {string} */
      role: 'admin' | 'operator' | 'viewer';
      /** @description The first characters of the key, to recognise it by */
      prefix: string;
      /**
       * Format: date-time
       * @description RFC 3339, UTC
       * @example 2026-03-01T09:00:00.000Z
       */
      createdAt: string;
      expiresAt: string | null;
      /** @description To the minute */
      lastUsedAt: string | null;
      /** @description The key itself. It is shown this once and stored as a hash. */
      key: string;
    };
    AuditPage: {
      items: components['schemas']['AuditEvent'][];
      /** @description null: there is nothing more */
      nextCursor: string | null;
    };
    AuditEvent: {
      /**
       * Format: uuid
       * @description UUIDv7
       * @example 01958f3e-1c00-7000-8000-000000000001
       */
      id: string;
      /**
       * Format: date-time
       * @description RFC 3339, UTC
       * @example 2026-03-01T09:00:00.000Z
       */
      at: string;
      actor: {
        /** @enum {string} */
        kind: 'user' | 'api-key' | 'system' | 'anonymous';
        id: string | null;
        /** @description As it was called then */
        name: string;
      };
      /**
       * @description Method and route
       * @example POST /automations/:id/pause
       */
      action: string;
      /** @example automations */
      resourceType: string;
      resourceId: string | null;
      /** @enum {string} */
      outcome: 'succeeded' | 'refused';
      /** @description HTTP status of the answer */
      status: number | null;
      clientAddress: string | null;
      requestId: string | null;
    };
    Problem: {
      /**
       * Format: uri-reference
       * @example /problems/validation
       */
      type: string;
      title: string;
      status: number;
      detail: string;
      instance?: string;
      requestId?: string;
      errors?: {
        /** @description JSON pointer (RFC 6901) into the body */
        pointer?: string;
        /** @description Query parameter or header */
        parameter?: string;
        message: string;
        /** @description Line of the mistake in a template, from 1 */
        line?: number;
        column?: number;
      }[];
    } & {
      [key: string]: unknown;
    };
    RunStartedEvent: {
      /** @constant */
      type: 'run.started';
      /**
       * Format: date-time
       * @description When it happened
       * @example 2026-03-01T09:00:00.000Z
       */
      timestamp: string;
      data: {
        /**
         * Format: uuid
         * @description UUIDv7
         * @example 01958f3e-1c00-7000-8000-000000000001
         */
        runId: string;
        automationId: string | null;
        campaignId: string | null;
        /** @enum {string} */
        kind: 'scheduled' | 'manual' | 'backfill';
        /**
         * Format: date-time
         * @description RFC 3339, UTC
         * @example 2026-03-01T09:00:00.000Z
         */
        scheduledFor: string;
        startedAt: string | null;
      };
    };
    RunFinishedEvent: {
      /** @constant */
      type: 'run.finished';
      /**
       * Format: date-time
       * @description When it happened
       * @example 2026-03-01T09:00:00.000Z
       */
      timestamp: string;
      data: {
        /**
         * Format: uuid
         * @description UUIDv7
         * @example 01958f3e-1c00-7000-8000-000000000001
         */
        runId: string;
        automationId: string | null;
        campaignId: string | null;
        /** @enum {string} */
        kind: 'scheduled' | 'manual' | 'backfill';
        /**
         * Format: date-time
         * @description RFC 3339, UTC
         * @example 2026-03-01T09:00:00.000Z
         */
        scheduledFor: string;
        startedAt: string | null;
        /** @enum {string} */
        status: 'completed' | 'stopped';
        reason: string | null;
        /**
         * Format: date-time
         * @description RFC 3339, UTC
         * @example 2026-03-01T09:00:00.000Z
         */
        finishedAt: string;
        /** @description How many deliveries stand in each state */
        counts: {
          total: number;
          pending: number;
          sending: number;
          sent: number;
          failed: number;
          skipped: number;
          cancelled: number;
          uncertain: number;
        };
      };
    };
    RunFailedEvent: {
      /** @constant */
      type: 'run.failed';
      /**
       * Format: date-time
       * @description When it happened
       * @example 2026-03-01T09:00:00.000Z
       */
      timestamp: string;
      data: {
        /**
         * Format: uuid
         * @description UUIDv7
         * @example 01958f3e-1c00-7000-8000-000000000001
         */
        runId: string;
        automationId: string | null;
        campaignId: string | null;
        /** @enum {string} */
        kind: 'scheduled' | 'manual' | 'backfill';
        /**
         * Format: date-time
         * @description RFC 3339, UTC
         * @example 2026-03-01T09:00:00.000Z
         */
        scheduledFor: string;
        startedAt: string | null;
        /** @constant */
        status: 'failed';
        reason: string | null;
        /**
         * Format: date-time
         * @description RFC 3339, UTC
         * @example 2026-03-01T09:00:00.000Z
         */
        finishedAt: string;
        /** @description How many deliveries stand in each state */
        counts: {
          total: number;
          pending: number;
          sending: number;
          sent: number;
          failed: number;
          skipped: number;
          cancelled: number;
          uncertain: number;
        };
      };
    };
    DeliveryFailedEvent: {
      /** @constant */
      type: 'delivery.failed';
      /**
       * Format: date-time
       * @description When it happened
       * @example 2026-03-01T09:00:00.000Z
       */
      timestamp: string;
      data: {
        /**
         * Format: uuid
         * @description UUIDv7
         * @example 01958f3e-1c00-7000-8000-000000000001
         */
        runId: string;
        /**
         * Format: uuid
         * @description UUIDv7
         * @example 01958f3e-1c00-7000-8000-000000000001
         */
        contactId: string;
        automationId: string | null;
        campaignId: string | null;
        /** @description What the server answered; null without an answer */
        smtpCode: number | null;
        attempts: number;
      };
    };
    ContactUnsubscribedEvent: {
      /** @constant */
      type: 'contact.unsubscribed';
      /**
       * Format: date-time
       * @description When it happened
       * @example 2026-03-01T09:00:00.000Z
       */
      timestamp: string;
      data: {
        /**
         * Format: uuid
         * @description UUIDv7
         * @example 01958f3e-1c00-7000-8000-000000000001
         */
        suppressionId: string;
        /** @description null: no contact has the address */
        contactId: string | null;
        /** @description The run whose mail led to it */
        runId: string | null;
      };
    };
    OccurrenceMissedEvent: {
      /** @constant */
      type: 'occurrence.missed';
      /**
       * Format: date-time
       * @description When it happened
       * @example 2026-03-01T09:00:00.000Z
       */
      timestamp: string;
      data: {
        /**
         * Format: uuid
         * @description UUIDv7
         * @example 01958f3e-1c00-7000-8000-000000000001
         */
        automationId: string;
        occurrenceKey: string;
        /**
         * Format: date-time
         * @description RFC 3339, UTC
         * @example 2026-03-01T09:00:00.000Z
         */
        scheduledFor: string;
        reason: string;
      };
    };
    WebhookTestEvent: {
      /** @constant */
      type: 'webhook.test';
      /**
       * Format: date-time
       * @description When it happened
       * @example 2026-03-01T09:00:00.000Z
       */
      timestamp: string;
      data: {
        /**
         * Format: uuid
         * @description UUIDv7
         * @example 01958f3e-1c00-7000-8000-000000000001
         */
        webhookId: string;
      };
    };
  };
  responses: never;
  parameters: never;
  requestBodies: never;
  headers: never;
  pathItems: never;
}
export type $defs = Record<string, never>;
export interface operations {
  system_healthz: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description It does */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Health'];
        };
      };
    };
  };
  system_readyz: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Both do */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Readiness'];
        };
      };
    };
  };
  system_metrics: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Text exposition format */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'text/plain': string;
        };
      };
    };
  };
  overview_read: {
    parameters: {
      query?: {
        /** @description Where today begins */
        timeZone?: string;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description As of now */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Overview'];
        };
      };
    };
  };
  automations_list: {
    parameters: {
      query?: {
        /** @description Most items of the answer */
        limit?: number;
        /** @description `nextCursor` of the answer before */
        cursor?: string;
        /** @description Order of the list; a leading - reverses it */
        sort?: 'createdAt' | 'name' | '-createdAt' | '-name';
        /** @description Only those whose name contains this, in any case */
        search?: string;
        enabled?: boolean;
        campaignId?: string;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description A page of automations */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['AutomationPage'];
        };
      };
    };
  };
  automations_create: {
    parameters: {
      query?: never;
      header?: {
        /** @description Requests of the same caller with the same key make one resource, and get the same answer for 24 hours. Compared by the letter. */
        'Idempotency-Key'?: string;
      };
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': components['schemas']['AutomationInput'];
      };
    };
    responses: {
      /** @description The automation */
      201: {
        headers: {
          /** @description Where the resource is */
          Location?: string;
          /** @description Its version */
          ETag?: string;
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Automation'];
        };
      };
    };
  };
  automations_previewSchedule: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': components['schemas']['SchedulePreviewInput'];
      };
    };
    responses: {
      /** @description What it means */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['SchedulePreview'];
        };
      };
    };
  };
  automations_get: {
    parameters: {
      query?: never;
      header?: {
        /** @description `ETag` of an answer that the client has: 304 when it is still the same */
        'If-None-Match'?: string;
      };
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The automation */
      200: {
        headers: {
          /** @description Its version */
          ETag?: string;
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Automation'];
        };
      };
      /** @description As the client has it */
      304: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
    };
  };
  automations_replace: {
    parameters: {
      query?: never;
      header?: {
        /** @description `ETag` of the version that is to be changed, or `*`: 412 when it has been changed since. Without it the last writer wins */
        'If-Match'?: string;
      };
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': components['schemas']['AutomationReplacement'];
      };
    };
    responses: {
      /** @description The automation */
      200: {
        headers: {
          /** @description Its version */
          ETag?: string;
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Automation'];
        };
      };
    };
  };
  automations_delete: {
    parameters: {
      query?: never;
      header?: {
        /** @description `ETag` of the version that is to be changed, or `*`: 412 when it has been changed since. Without it the last writer wins */
        'If-Match'?: string;
      };
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Deleted: no further occurrence runs. Past runs stay */
      204: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
    };
  };
  automations_patch: {
    parameters: {
      query?: never;
      header?: {
        /** @description `ETag` of the version that is to be changed, or `*`: 412 when it has been changed since. Without it the last writer wins */
        'If-Match'?: string;
      };
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': components['schemas']['AutomationPatch'];
      };
    };
    responses: {
      /** @description The automation */
      200: {
        headers: {
          /** @description Its version */
          ETag?: string;
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Automation'];
        };
      };
    };
  };
  automations_pause: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The automation */
      200: {
        headers: {
          /** @description Its version */
          ETag?: string;
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Automation'];
        };
      };
    };
  };
  automations_resume: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The automation */
      200: {
        headers: {
          /** @description Its version */
          ETag?: string;
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Automation'];
        };
      };
    };
  };
  automations_duplicate: {
    parameters: {
      query?: never;
      header?: {
        /** @description Requests of the same caller with the same key make one resource, and get the same answer for 24 hours. Compared by the letter. */
        'Idempotency-Key'?: string;
      };
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody?: {
      content: {
        'application/json': components['schemas']['AutomationDuplicateInput'];
      };
    };
    responses: {
      /** @description The copy */
      201: {
        headers: {
          /** @description Where the resource is */
          Location?: string;
          /** @description Its version */
          ETag?: string;
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Automation'];
        };
      };
    };
  };
  automations_run: {
    parameters: {
      query?: never;
      header?: {
        /** @description Requests with the same key start one run; the answer is that run. Without a key every request is a new run. */
        'Idempotency-Key'?: string;
      };
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody?: {
      content: {
        'application/json': components['schemas']['AutomationRunInput'];
      };
    };
    responses: {
      /** @description The run */
      202: {
        headers: {
          /** @description Where the resource is */
          Location?: string;
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Run'];
        };
      };
    };
  };
  automations_backfill: {
    parameters: {
      query?: never;
      header?: {
        /** @description Requests of the same caller with the same key are done once, and get the same answer for 24 hours. */
        'Idempotency-Key'?: string;
      };
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': components['schemas']['BackfillInput'];
      };
    };
    responses: {
      /** @description The occurrences of the window and their runs */
      202: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Backfill'];
        };
      };
    };
  };
  automations_occurrences: {
    parameters: {
      query?: {
        /** @description Most items of the answer */
        limit?: number;
        /** @description `nextCursor` of the answer before */
        cursor?: string;
        /** @description Default: a week ago */
        from?: string;
        /** @description Inclusive. Default: in thirty days */
        to?: string;
      };
      header?: never;
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description A page of occurrences, earliest first */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['OccurrencePage'];
        };
      };
    };
  };
  automations_runOccurrence: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        id: string;
        /** @description The nominal time of the occurrence (`at`) */
        scheduledFor: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The run */
      202: {
        headers: {
          /** @description Where the resource is */
          Location?: string;
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Run'];
        };
      };
    };
  };
  runs_list: {
    parameters: {
      query?: {
        /** @description Most items of the answer */
        limit?: number;
        /** @description `nextCursor` of the answer before */
        cursor?: string;
        /** @description Order of the list; a leading - reverses it */
        sort?: 'createdAt' | 'scheduledFor' | '-createdAt' | '-scheduledFor';
        automationId?: string;
        campaignId?: string;
        /** @description One or several of preparing, sending, waiting, paused, completed, stopped, failed, duplicate, with commas between them, or the parameter several times */
        status?: string;
        /** @description One or several of scheduled, manual, backfill, with commas between them, or the parameter several times */
        kind?: string;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description A page of runs */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['RunPage'];
        };
      };
    };
  };
  runs_get: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The run */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['RunDetail'];
        };
      };
    };
  };
  runs_pause: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Recorded; it takes effect within one batch of mails: each worker finishes what it holds, at most two a connection of each sender */
      202: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Run'];
        };
      };
    };
  };
  runs_resume: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Recorded; it goes on with what is left */
      202: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Run'];
        };
      };
    };
  };
  runs_stop: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Recorded; it takes effect within one batch of mails: each worker finishes what it holds, at most two a connection of each sender */
      202: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Run'];
        };
      };
    };
  };
  runs_retryFailed: {
    parameters: {
      query?: never;
      header?: {
        /** @description Requests with the same key start one run; the answer is that run. Without a key every request is a new run. */
        'Idempotency-Key'?: string;
      };
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The new run */
      202: {
        headers: {
          /** @description Where the resource is */
          Location?: string;
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Run'];
        };
      };
    };
  };
  runs_uncertain: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': components['schemas']['UncertainInput'];
      };
    };
    responses: {
      /** @description How many deliveries were decided */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['UncertainAnswer'];
        };
      };
    };
  };
  runs_listDeliveries: {
    parameters: {
      query?: {
        /** @description Most items of the answer */
        limit?: number;
        /** @description `nextCursor` of the answer before */
        cursor?: string;
        /** @description One or several of pending, sending, sent, failed, skipped, cancelled, uncertain, with commas between them, or the parameter several times */
        state?: string;
        /** @description Only addresses that contain this, in any case */
        search?: string;
        /** @description Only this address, in any case */
        email?: string;
      };
      header?: never;
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description A page of deliveries */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['DeliveryPage'];
        };
      };
    };
  };
  runs_exportDeliveries: {
    parameters: {
      query?: {
        /** @description One or several of pending, sending, sent, failed, skipped, cancelled, uncertain, with commas between them, or the parameter several times */
        state?: string;
        /** @description Only addresses that contain this, in any case */
        search?: string;
        /** @description Only this address, in any case */
        email?: string;
      };
      header?: never;
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description One line a recipient, with a header line */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'text/csv': string;
        };
      };
    };
  };
  runs_watch: {
    parameters: {
      query?: never;
      header?: {
        'last-event-id'?: string;
      };
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description A stream of events */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'text/event-stream': unknown;
        };
      };
    };
  };
  runProof_read: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description What the ledger holds */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['RunProof'];
        };
      };
    };
  };
  statistics_read: {
    parameters: {
      query?: {
        /** @description What the items are */
        by?: 'hour' | 'day' | 'sender' | 'state';
        /** @description Default: a day before `to` by hour, 30 days otherwise */
        from?: string;
        /** @description Exclusive. Default: now. At most 31 days after `from` by hour, 400 days otherwise */
        to?: string;
        /** @description Where hours and days begin */
        timeZone?: string;
        automationId?: string;
        campaignId?: string;
        senderId?: string;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The sums */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Statistics'];
        };
      };
    };
  };
  statistics_ofRun: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The curve */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['RunStatistics'];
        };
      };
    };
  };
  campaigns_list: {
    parameters: {
      query?: {
        /** @description Most items of the answer */
        limit?: number;
        /** @description `nextCursor` of the answer before */
        cursor?: string;
        /** @description Order of the list; a leading - reverses it */
        sort?: 'createdAt' | 'name' | '-createdAt' | '-name';
        /** @description Only those whose name contains this, in any case */
        search?: string;
        senderId?: string;
        listId?: string;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description A page of campaigns */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['CampaignPage'];
        };
      };
    };
  };
  campaigns_create: {
    parameters: {
      query?: never;
      header?: {
        /** @description Requests of the same caller with the same key make one resource, and get the same answer for 24 hours. Compared by the letter. */
        'Idempotency-Key'?: string;
      };
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': components['schemas']['CampaignInput'];
      };
    };
    responses: {
      /** @description The campaign */
      201: {
        headers: {
          /** @description Where the resource is */
          Location?: string;
          /** @description Its version */
          ETag?: string;
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Campaign'];
        };
      };
    };
  };
  campaigns_get: {
    parameters: {
      query?: never;
      header?: {
        /** @description `ETag` of an answer that the client has: 304 when it is still the same */
        'If-None-Match'?: string;
      };
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The campaign */
      200: {
        headers: {
          /** @description Its version */
          ETag?: string;
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Campaign'];
        };
      };
      /** @description As the client has it */
      304: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
    };
  };
  campaigns_replace: {
    parameters: {
      query?: never;
      header?: {
        /** @description `ETag` of the version that is to be changed, or `*`: 412 when it has been changed since. Without it the last writer wins */
        'If-Match'?: string;
      };
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': components['schemas']['CampaignReplacement'];
      };
    };
    responses: {
      /** @description The campaign */
      200: {
        headers: {
          /** @description Its version */
          ETag?: string;
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Campaign'];
        };
      };
    };
  };
  campaigns_delete: {
    parameters: {
      query?: never;
      header?: {
        /** @description `ETag` of the version that is to be changed, or `*`: 412 when it has been changed since. Without it the last writer wins */
        'If-Match'?: string;
      };
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Deleted; past runs still name it */
      204: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
    };
  };
  campaigns_patch: {
    parameters: {
      query?: never;
      header?: {
        /** @description `ETag` of the version that is to be changed, or `*`: 412 when it has been changed since. Without it the last writer wins */
        'If-Match'?: string;
      };
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': components['schemas']['CampaignPatch'];
      };
    };
    responses: {
      /** @description The campaign */
      200: {
        headers: {
          /** @description Its version */
          ETag?: string;
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Campaign'];
        };
      };
    };
  };
  campaigns_duplicate: {
    parameters: {
      query?: never;
      header?: {
        /** @description Requests of the same caller with the same key make one resource, and get the same answer for 24 hours. Compared by the letter. */
        'Idempotency-Key'?: string;
      };
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody?: {
      content: {
        'application/json': components['schemas']['CampaignDuplicateInput'];
      };
    };
    responses: {
      /** @description The copy */
      201: {
        headers: {
          /** @description Where the resource is */
          Location?: string;
          /** @description Its version */
          ETag?: string;
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Campaign'];
        };
      };
    };
  };
  campaigns_preview: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody?: {
      content: {
        'application/json': components['schemas']['CampaignPreviewInput'];
      };
    };
    responses: {
      /** @description Subject, HTML and text as the contact would get them */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['TemplatePreview'];
        };
      };
    };
  };
  campaigns_check: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The figures, and what stands in the way */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['CampaignCheck'];
        };
      };
    };
  };
  campaigns_testSend: {
    parameters: {
      query?: never;
      header?: {
        /** @description Requests of the same caller with the same key send mails once, and get the same answer for 24 hours. After a crash in the middle they are sent again, with the same Message-ID. */
        'Idempotency-Key'?: string;
      };
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': components['schemas']['CampaignTestInput'];
      };
    };
    responses: {
      /** @description What became of each mail */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['CampaignTest'];
        };
      };
    };
  };
  campaigns_relaunch: {
    parameters: {
      query?: never;
      header?: {
        /** @description Requests with the same key start one run; the answer is that run. Without a key every request is a new run. */
        'Idempotency-Key'?: string;
      };
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': components['schemas']['CampaignRelaunchInput'];
      };
    };
    responses: {
      /** @description The run */
      202: {
        headers: {
          /** @description Where the resource is */
          Location?: string;
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Run'];
        };
      };
    };
  };
  campaigns_run: {
    parameters: {
      query?: never;
      header?: {
        /** @description Requests with the same key start one run; the answer is that run. Without a key every request is a new run. */
        'Idempotency-Key'?: string;
      };
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody?: {
      content: {
        'application/json': components['schemas']['CampaignRunInput'];
      };
    };
    responses: {
      /** @description The run */
      202: {
        headers: {
          /** @description Where the resource is */
          Location?: string;
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Run'];
        };
      };
    };
  };
  templates_list: {
    parameters: {
      query?: {
        /** @description Most items of the answer */
        limit?: number;
        /** @description `nextCursor` of the answer before */
        cursor?: string;
        /** @description Order of the list; a leading - reverses it */
        sort?: 'createdAt' | 'name' | '-createdAt' | '-name';
        /** @description Only those whose name contains this, in any case */
        search?: string;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description A page of templates */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['TemplatePage'];
        };
      };
    };
  };
  templates_create: {
    parameters: {
      query?: never;
      header?: {
        /** @description Requests of the same caller with the same key make one resource, and get the same answer for 24 hours. Compared by the letter. */
        'Idempotency-Key'?: string;
      };
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': components['schemas']['TemplateInput'];
      };
    };
    responses: {
      /** @description The template */
      201: {
        headers: {
          /** @description Where the resource is */
          Location?: string;
          /** @description Its version */
          ETag?: string;
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Template'];
        };
      };
    };
  };
  templates_preview: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': components['schemas']['TemplatePreviewInput'];
      };
    };
    responses: {
      /** @description Subject, HTML and text as the contact would get them */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['TemplatePreview'];
        };
      };
    };
  };
  templates_get: {
    parameters: {
      query?: never;
      header?: {
        /** @description `ETag` of an answer that the client has: 304 when it is still the same */
        'If-None-Match'?: string;
      };
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The template */
      200: {
        headers: {
          /** @description Its version */
          ETag?: string;
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Template'];
        };
      };
      /** @description As the client has it */
      304: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
    };
  };
  templates_replace: {
    parameters: {
      query?: never;
      header?: {
        /** @description `ETag` of the version that is to be changed, or `*`: 412 when it has been changed since. Without it the last writer wins */
        'If-Match'?: string;
      };
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': components['schemas']['TemplateReplacement'];
      };
    };
    responses: {
      /** @description The template */
      200: {
        headers: {
          /** @description Its version */
          ETag?: string;
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Template'];
        };
      };
    };
  };
  templates_delete: {
    parameters: {
      query?: never;
      header?: {
        /** @description `ETag` of the version that is to be changed, or `*`: 412 when it has been changed since. Without it the last writer wins */
        'If-Match'?: string;
      };
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Deleted */
      204: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
    };
  };
  templates_patch: {
    parameters: {
      query?: never;
      header?: {
        /** @description `ETag` of the version that is to be changed, or `*`: 412 when it has been changed since. Without it the last writer wins */
        'If-Match'?: string;
      };
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': components['schemas']['TemplatePatch'];
      };
    };
    responses: {
      /** @description The template */
      200: {
        headers: {
          /** @description Its version */
          ETag?: string;
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Template'];
        };
      };
    };
  };
  attachments_upload: {
    parameters: {
      query?: {
        /** @description The name of the file, without a path. Needed unless a form names it */
        filename?: string;
      };
      header?: {
        /** @description Requests of the same caller with the same key store one file, and get the same answer for 24 hours, without the file being read again. As it is not read, files are the same when address, media type, `Content-Length`, and `Content-Digest` or `Repr-Digest` (RFC 9530) if sent, are. */
        'Idempotency-Key'?: string;
      };
      path?: never;
      cookie?: never;
    };
    /** @description The file */
    requestBody: {
      content: {
        '*/*': string;
        'multipart/form-data': {
          /** Format: binary */
          file: string;
        };
      };
    };
    responses: {
      /** @description The attachment */
      201: {
        headers: {
          /** @description Where the resource is */
          Location?: string;
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Attachment'];
        };
      };
    };
  };
  attachments_get: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The attachment, without its bytes */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Attachment'];
        };
      };
    };
  };
  attachments_content: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The file, byte by byte, of its own media type */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          '*/*': string;
        };
      };
    };
  };
  senders_list: {
    parameters: {
      query?: {
        /** @description Most items of the answer */
        limit?: number;
        /** @description `nextCursor` of the answer before */
        cursor?: string;
        /** @description Order of the list; a leading - reverses it */
        sort?: 'createdAt' | 'name' | '-createdAt' | '-name';
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description A page of senders */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['SenderPage'];
        };
      };
    };
  };
  senders_create: {
    parameters: {
      query?: never;
      header?: {
        /** @description Requests of the same caller with the same key make one resource, and get the same answer for 24 hours. Compared by the letter. */
        'Idempotency-Key'?: string;
      };
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': components['schemas']['SenderInput'];
      };
    };
    responses: {
      /** @description The sender, without its secrets */
      201: {
        headers: {
          /** @description Where the resource is */
          Location?: string;
          /** @description Its version */
          ETag?: string;
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Sender'];
        };
      };
    };
  };
  senders_get: {
    parameters: {
      query?: never;
      header?: {
        /** @description `ETag` of an answer that the client has: 304 when it is still the same */
        'If-None-Match'?: string;
      };
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The sender, without its secrets */
      200: {
        headers: {
          /** @description Its version */
          ETag?: string;
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Sender'];
        };
      };
      /** @description As the client has it */
      304: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
    };
  };
  senders_replace: {
    parameters: {
      query?: never;
      header?: {
        /** @description `ETag` of the version that is to be changed, or `*`: 412 when it has been changed since. Without it the last writer wins */
        'If-Match'?: string;
      };
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': components['schemas']['SenderReplacement'];
      };
    };
    responses: {
      /** @description The sender, without its secrets */
      200: {
        headers: {
          /** @description Its version */
          ETag?: string;
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Sender'];
        };
      };
    };
  };
  senders_delete: {
    parameters: {
      query?: never;
      header?: {
        /** @description `ETag` of the version that is to be changed, or `*`: 412 when it has been changed since. Without it the last writer wins */
        'If-Match'?: string;
      };
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Deleted; past runs still name it */
      204: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
    };
  };
  senders_patch: {
    parameters: {
      query?: never;
      header?: {
        /** @description `ETag` of the version that is to be changed, or `*`: 412 when it has been changed since. Without it the last writer wins */
        'If-Match'?: string;
      };
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': components['schemas']['SenderPatch'];
      };
    };
    responses: {
      /** @description The sender, without its secrets */
      200: {
        headers: {
          /** @description Its version */
          ETag?: string;
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Sender'];
        };
      };
    };
  };
  senders_usage: {
    parameters: {
      query?: {
        /** @description How many minutes of `series` */
        minutes?: number;
      };
      header?: never;
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Over all workers */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['SenderUsage'];
        };
      };
    };
  };
  senders_test: {
    parameters: {
      query?: never;
      header?: {
        /** @description Requests of the same caller with the same key send mails once, and get the same answer for 24 hours. After a crash in the middle they are sent again, with the same Message-ID. */
        'Idempotency-Key'?: string;
      };
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': components['schemas']['SenderTestInput'];
      };
    };
    responses: {
      /** @description How far it got. A server that refuses is an answer too: `ok` is false, and the steps say why */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['SenderTest'];
        };
      };
    };
  };
  lists_list: {
    parameters: {
      query?: {
        /** @description Most items of the answer */
        limit?: number;
        /** @description `nextCursor` of the answer before */
        cursor?: string;
        /** @description Order of the list; a leading - reverses it */
        sort?: 'createdAt' | 'name' | '-createdAt' | '-name';
        /** @description Only those whose name contains this, in any case */
        search?: string;
        geography?: string;
        isp?: string;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description A page of lists */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ListPage'];
        };
      };
    };
  };
  lists_create: {
    parameters: {
      query?: never;
      header?: {
        /** @description Requests of the same caller with the same key make one resource, and get the same answer for 24 hours. Compared by the letter. */
        'Idempotency-Key'?: string;
      };
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': components['schemas']['ListInput'];
      };
    };
    responses: {
      /** @description The list */
      201: {
        headers: {
          /** @description Where the resource is */
          Location?: string;
          /** @description Its version */
          ETag?: string;
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['List'];
        };
      };
    };
  };
  lists_get: {
    parameters: {
      query?: never;
      header?: {
        /** @description `ETag` of an answer that the client has: 304 when it is still the same */
        'If-None-Match'?: string;
      };
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The list */
      200: {
        headers: {
          /** @description Its version */
          ETag?: string;
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['List'];
        };
      };
      /** @description As the client has it */
      304: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
    };
  };
  lists_replace: {
    parameters: {
      query?: never;
      header?: {
        /** @description `ETag` of the version that is to be changed, or `*`: 412 when it has been changed since. Without it the last writer wins */
        'If-Match'?: string;
      };
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': components['schemas']['ListReplacement'];
      };
    };
    responses: {
      /** @description The list */
      200: {
        headers: {
          /** @description Its version */
          ETag?: string;
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['List'];
        };
      };
    };
  };
  lists_delete: {
    parameters: {
      query?: never;
      header?: {
        /** @description `ETag` of the version that is to be changed, or `*`: 412 when it has been changed since. Without it the last writer wins */
        'If-Match'?: string;
      };
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Deleted */
      204: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
    };
  };
  lists_patch: {
    parameters: {
      query?: never;
      header?: {
        /** @description `ETag` of the version that is to be changed, or `*`: 412 when it has been changed since. Without it the last writer wins */
        'If-Match'?: string;
      };
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': components['schemas']['ListPatch'];
      };
    };
    responses: {
      /** @description The list */
      200: {
        headers: {
          /** @description Its version */
          ETag?: string;
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['List'];
        };
      };
    };
  };
  lists_members: {
    parameters: {
      query?: {
        /** @description Most items of the answer */
        limit?: number;
        /** @description `nextCursor` of the answer before */
        cursor?: string;
        /** @description Order of the list; a leading - reverses it. Default: email with a search, otherwise -createdAt */
        sort?: 'createdAt' | 'email' | '-createdAt' | '-email';
        /** @description Only addresses that begin with this, in any case */
        search?: string;
        /** @description Only this address, in any spelling that means the same */
        email?: string;
        status?: 'subscribed' | 'unsubscribed' | 'bounced' | 'complained' | 'suppressed';
      };
      header?: never;
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description A page of contacts */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ContactPage'];
        };
      };
    };
  };
  lists_addMembers: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': components['schemas']['ListMembersInput'];
      };
    };
    responses: {
      /** @description How many joined */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ListMembersAdded'];
        };
      };
    };
  };
  lists_removeMember: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        id: string;
        contactId: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description No longer a member */
      204: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
    };
  };
  lists_exportContacts: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description One line a contact, with a header line */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'text/csv': string;
        };
      };
    };
  };
  contacts_list: {
    parameters: {
      query?: {
        /** @description Most items of the answer */
        limit?: number;
        /** @description `nextCursor` of the answer before */
        cursor?: string;
        /** @description Order of the list; a leading - reverses it. Default: email with a search, otherwise -createdAt */
        sort?: 'createdAt' | 'email' | '-createdAt' | '-email';
        /** @description Only addresses that begin with this, in any case */
        search?: string;
        /** @description Only this address, in any spelling that means the same */
        email?: string;
        status?: 'subscribed' | 'unsubscribed' | 'bounced' | 'complained' | 'suppressed';
        /** @description Only members of this list */
        listId?: string;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description A page of contacts */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ContactPage'];
        };
      };
    };
  };
  contacts_create: {
    parameters: {
      query?: never;
      header?: {
        /** @description Requests of the same caller with the same key make one resource, and get the same answer for 24 hours. Compared by the letter. */
        'Idempotency-Key'?: string;
      };
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': components['schemas']['ContactInput'];
      };
    };
    responses: {
      /** @description The contact */
      201: {
        headers: {
          /** @description Where the resource is */
          Location?: string;
          /** @description Its version */
          ETag?: string;
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Contact'];
        };
      };
    };
  };
  contacts_get: {
    parameters: {
      query?: never;
      header?: {
        /** @description `ETag` of an answer that the client has: 304 when it is still the same */
        'If-None-Match'?: string;
      };
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The contact */
      200: {
        headers: {
          /** @description Its version */
          ETag?: string;
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Contact'];
        };
      };
      /** @description As the client has it */
      304: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
    };
  };
  contacts_replace: {
    parameters: {
      query?: never;
      header?: {
        /** @description `ETag` of the version that is to be changed, or `*`: 412 when it has been changed since. Without it the last writer wins */
        'If-Match'?: string;
      };
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': components['schemas']['ContactReplacement'];
      };
    };
    responses: {
      /** @description The contact */
      200: {
        headers: {
          /** @description Its version */
          ETag?: string;
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Contact'];
        };
      };
    };
  };
  contacts_delete: {
    parameters: {
      query?: never;
      header?: {
        /** @description `ETag` of the version that is to be changed, or `*`: 412 when it has been changed since. Without it the last writer wins */
        'If-Match'?: string;
      };
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Deleted */
      204: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
    };
  };
  contacts_patch: {
    parameters: {
      query?: never;
      header?: {
        /** @description `ETag` of the version that is to be changed, or `*`: 412 when it has been changed since. Without it the last writer wins */
        'If-Match'?: string;
      };
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': components['schemas']['ContactPatch'];
      };
    };
    responses: {
      /** @description The contact */
      200: {
        headers: {
          /** @description Its version */
          ETag?: string;
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Contact'];
        };
      };
    };
  };
  contacts_listDeliveries: {
    parameters: {
      query?: {
        /** @description Most items of the answer */
        limit?: number;
        /** @description `nextCursor` of the answer before */
        cursor?: string;
      };
      header?: never;
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description A page of deliveries */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ContactDeliveryPage'];
        };
      };
    };
  };
  imports_receive: {
    parameters: {
      query?: {
        /** @description Columns that are not imported, by their names in the header, with commas between them */
        ignore?: string;
      };
      header?: {
        /** @description Requests of the same caller with the same key import one file, and get the same answer for 24 hours, without the file being read again. As it is not read, files are the same when list, `ignore`, media type, `Content-Length`, and `Content-Digest` or `Repr-Digest` (RFC 9530) if sent, are. A file whose first attempt broke off is imported by the next one. */
        'Idempotency-Key'?: string;
      };
      path: {
        id: string;
      };
      cookie?: never;
    };
    /** @description The file */
    requestBody: {
      content: {
        'text/csv': string;
        'text/plain': string;
        'multipart/form-data': {
          /** Format: binary */
          file: string;
        };
      };
    };
    responses: {
      /** @description The import */
      202: {
        headers: {
          /** @description Where the resource is */
          Location?: string;
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Import'];
        };
      };
    };
  };
  imports_list: {
    parameters: {
      query?: {
        /** @description Most items of the answer */
        limit?: number;
        /** @description `nextCursor` of the answer before */
        cursor?: string;
        /** @description Order of the list; a leading - reverses it */
        sort?: 'createdAt' | '-createdAt';
        /** @description UUIDv7 */
        listId?: string;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description A page of imports */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ImportPage'];
        };
      };
    };
  };
  imports_get: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The import */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Import'];
        };
      };
    };
  };
  imports_rejected: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description line, reason, value; with a header line */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'text/csv': string;
        };
      };
    };
  };
  suppressions_list: {
    parameters: {
      query?: {
        /** @description Most items of the answer */
        limit?: number;
        /** @description `nextCursor` of the answer before */
        cursor?: string;
        /** @description Order of the list; a leading - reverses it */
        sort?: 'since' | 'email' | '-since' | '-email';
        /** @description Only addresses that begin with this, in any case */
        search?: string;
        reason?: 'unsubscribed' | 'bounced' | 'complained' | 'manual';
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description A page of suppressions */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['SuppressionPage'];
        };
      };
    };
  };
  suppressions_add: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': components['schemas']['SuppressionInput'];
      };
    };
    responses: {
      /** @description The suppression */
      201: {
        headers: {
          /** @description Where the resource is */
          Location?: string;
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Suppression'];
        };
      };
    };
  };
  suppressions_addAll: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': components['schemas']['SuppressionsInput'];
      };
    };
    responses: {
      /** @description What has changed */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['SuppressionsAdded'];
        };
      };
    };
  };
  suppressions_get: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        /** @description The address, percent-encoded, or the ID */
        email: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The suppression; 404: the address is not suppressed */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Suppression'];
        };
      };
    };
  };
  suppressions_delete: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        /** @description The address, percent-encoded, or the ID */
        email: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description No longer suppressed */
      204: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
    };
  };
  notifications_list: {
    parameters: {
      query?: {
        /** @description Most items of the answer */
        limit?: number;
        /** @description `nextCursor` of the answer before */
        cursor?: string;
        /** @description true: only those nobody has read; false: only those somebody has */
        unread?: boolean;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description A page of notifications */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['NotificationPage'];
        };
      };
    };
  };
  notifications_readAll: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description How many were marked */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['NotificationsRead'];
        };
      };
    };
  };
  notifications_read: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The notification */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Notification'];
        };
      };
    };
  };
  webhooks_list: {
    parameters: {
      query?: {
        /** @description Most items of the answer */
        limit?: number;
        /** @description `nextCursor` of the answer before */
        cursor?: string;
        /** @description Order of the list; a leading - reverses it */
        sort?: 'createdAt' | 'name' | '-createdAt' | '-name';
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description A page of webhooks, without their secrets */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['WebhookPage'];
        };
      };
    };
  };
  webhooks_create: {
    parameters: {
      query?: never;
      header?: {
        /** @description Requests of the same caller with the same key make one resource, and get the same answer for 24 hours. Compared by the letter. */
        'Idempotency-Key'?: string;
      };
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': components['schemas']['WebhookInput'];
      };
    };
    responses: {
      /** @description The webhook with its secret, which is shown this once */
      201: {
        headers: {
          /** @description Where the resource is */
          Location?: string;
          /** @description Its version */
          ETag?: string;
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['WebhookWithSecret'];
        };
      };
    };
  };
  webhooks_get: {
    parameters: {
      query?: never;
      header?: {
        /** @description `ETag` of an answer that the client has: 304 when it is still the same */
        'If-None-Match'?: string;
      };
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The webhook, without its secret */
      200: {
        headers: {
          /** @description Its version */
          ETag?: string;
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Webhook'];
        };
      };
      /** @description As the client has it */
      304: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
    };
  };
  webhooks_replace: {
    parameters: {
      query?: never;
      header?: {
        /** @description `ETag` of the version that is to be changed, or `*`: 412 when it has been changed since. Without it the last writer wins */
        'If-Match'?: string;
      };
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': components['schemas']['WebhookReplacement'];
      };
    };
    responses: {
      /** @description The webhook, without its secret */
      200: {
        headers: {
          /** @description Its version */
          ETag?: string;
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Webhook'];
        };
      };
    };
  };
  webhooks_delete: {
    parameters: {
      query?: never;
      header?: {
        /** @description `ETag` of the version that is to be changed, or `*`: 412 when it has been changed since. Without it the last writer wins */
        'If-Match'?: string;
      };
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Deleted: nothing more is sent */
      204: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
    };
  };
  webhooks_patch: {
    parameters: {
      query?: never;
      header?: {
        /** @description `ETag` of the version that is to be changed, or `*`: 412 when it has been changed since. Without it the last writer wins */
        'If-Match'?: string;
      };
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': components['schemas']['WebhookPatch'];
      };
    };
    responses: {
      /** @description The webhook, without its secret */
      200: {
        headers: {
          /** @description Its version */
          ETag?: string;
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Webhook'];
        };
      };
    };
  };
  webhooks_rotateSecret: {
    parameters: {
      query?: never;
      header?: {
        /** @description Requests of the same caller with the same key are done once, and get the same answer for 24 hours. */
        'Idempotency-Key'?: string;
        /** @description `ETag` of the version that is to be changed, or `*`: 412 when it has been changed since. Without it the last writer wins */
        'If-Match'?: string;
      };
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The webhook with its new secret, which is shown this once */
      200: {
        headers: {
          /** @description Its version */
          ETag?: string;
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['WebhookWithSecret'];
        };
      };
    };
  };
  webhooks_test: {
    parameters: {
      query?: never;
      header?: {
        /** @description Requests of the same caller with the same key make one resource, and get the same answer for 24 hours. Compared by the letter. */
        'Idempotency-Key'?: string;
      };
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The event; read it again to see what became of it */
      202: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['WebhookDelivery'];
        };
      };
    };
  };
  webhooks_deliveries: {
    parameters: {
      query?: {
        /** @description Most items of the answer */
        limit?: number;
        /** @description `nextCursor` of the answer before */
        cursor?: string;
        /** @description One or several of pending, delivered, failed, with commas between them, or the parameter several times */
        state?: string;
        /** @description One or several of run.started, run.finished, run.failed, delivery.failed, contact.unsubscribed, occurrence.missed, webhook.test, with commas between them, or the parameter several times */
        type?: string;
      };
      header?: never;
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description A page of events and what became of them */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['WebhookDeliveryPage'];
        };
      };
    };
  };
  webhooks_delivery: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        id: string;
        deliveryId: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The event and what became of it */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['WebhookDeliveryDetail'];
        };
      };
    };
  };
  webhooks_redeliver: {
    parameters: {
      query?: never;
      header?: {
        /** @description Requests of the same caller with the same key are done once, and get the same answer for 24 hours. */
        'Idempotency-Key'?: string;
      };
      path: {
        id: string;
        deliveryId: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description It is sent now, under the same `webhook-id` */
      202: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['WebhookDelivery'];
        };
      };
    };
  };
  workflowTypes_list: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description All of them */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['WorkflowTypeList'];
        };
      };
    };
  };
  users_list: {
    parameters: {
      query?: {
        /** @description Most items of the answer */
        limit?: number;
        /** @description `nextCursor` of the answer before */
        cursor?: string;
        role?: 'admin' | 'operator' | 'viewer';
        disabled?: boolean;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description A page of users */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['UserPage'];
        };
      };
    };
  };
  users_create: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': components['schemas']['UserInput'];
      };
    };
    responses: {
      /** @description The user; the token of the invitation is shown this once */
      201: {
        headers: {
          /** @description Where the resource is */
          Location?: string;
          /** @description Its version */
          ETag?: string;
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['CreatedUser'];
        };
      };
    };
  };
  users_get: {
    parameters: {
      query?: never;
      header?: {
        /** @description `ETag` of an answer that the client has: 304 when it is still the same */
        'If-None-Match'?: string;
      };
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The user */
      200: {
        headers: {
          /** @description Its version */
          ETag?: string;
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['User'];
        };
      };
      /** @description As the client has it */
      304: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
    };
  };
  users_delete: {
    parameters: {
      query?: never;
      header?: {
        /** @description `ETag` of the version that is to be changed, or `*`: 412 when it has been changed since. Without it the last writer wins */
        'If-Match'?: string;
      };
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Deleted; the next request of each of their sessions is refused */
      204: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
    };
  };
  users_change: {
    parameters: {
      query?: never;
      header?: {
        /** @description `ETag` of the version that is to be changed, or `*`: 412 when it has been changed since. Without it the last writer wins */
        'If-Match'?: string;
      };
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': components['schemas']['UserPatch'];
      };
    };
    responses: {
      /** @description The user as it is now */
      200: {
        headers: {
          /** @description Its version */
          ETag?: string;
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['User'];
        };
      };
    };
  };
  users_invite: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The invitation; its token is shown this once */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Invitation'];
        };
      };
    };
  };
  users_resetSecondFactor: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The user */
      200: {
        headers: {
          /** @description Its version */
          ETag?: string;
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['User'];
        };
      };
    };
  };
  session_whoAmI: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The caller */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['WhoAmI'];
        };
      };
    };
  };
  session_signIn: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': components['schemas']['SignInInput'];
      };
    };
    responses: {
      /** @description Signed in */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['SignedIn'];
        };
      };
    };
  };
  session_signOut: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The session has ended, and the cookie is taken away */
      204: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
    };
  };
  session_setupState: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Whether set-up is needed */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['SetupState'];
        };
      };
    };
  };
  session_setup: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': components['schemas']['SetupInput'];
      };
    };
    responses: {
      /** @description The user, signed in */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['SignedIn'];
        };
      };
    };
  };
  session_acceptInvitation: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': components['schemas']['AcceptInvitationInput'];
      };
    };
    responses: {
      /** @description The user */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['User'];
        };
      };
    };
  };
  session_changePassword: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': components['schemas']['ChangePasswordInput'];
      };
    };
    responses: {
      /** @description Changed */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['SignedIn'];
        };
      };
    };
  };
  session_enrolTotp: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': components['schemas']['ConfirmPasswordInput'];
      };
    };
    responses: {
      /** @description The secret; it counts once it is confirmed */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['TotpEnrolment'];
        };
      };
    };
  };
  session_confirmTotp: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': components['schemas']['ConfirmTotpInput'];
      };
    };
    responses: {
      /** @description From now on signing in needs a code; these replace a lost authenticator */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['RecoveryCodes'];
        };
      };
    };
  };
  session_disableTotp: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': components['schemas']['ConfirmPasswordInput'];
      };
    };
    responses: {
      /** @description The password alone signs in */
      204: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
    };
  };
  apiKeys_list: {
    parameters: {
      query?: {
        /** @description Most items of the answer */
        limit?: number;
        /** @description `nextCursor` of the answer before */
        cursor?: string;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description A page of keys, without the keys themselves */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ApiKeyPage'];
        };
      };
    };
  };
  apiKeys_create: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': components['schemas']['ApiKeyInput'];
      };
    };
    responses: {
      /** @description The key; it is shown this once */
      201: {
        headers: {
          /** @description Where the resource is */
          Location?: string;
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['CreatedApiKey'];
        };
      };
    };
  };
  apiKeys_get: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The key, without the key itself */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ApiKey'];
        };
      };
    };
  };
  apiKeys_revoke: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Revoked: the next request with it is refused */
      204: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
    };
  };
  audit_list: {
    parameters: {
      query?: {
        /** @description Most items of the answer */
        limit?: number;
        /** @description `nextCursor` of the answer before */
        cursor?: string;
        actorKind?: 'user' | 'api-key' | 'system' | 'anonymous';
        actorId?: string;
        resourceType?: string;
        resourceId?: string;
        outcome?: 'succeeded' | 'refused';
        /** @description From this time on */
        from?: string;
        /** @description Before this time */
        to?: string;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description A page of entries */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['AuditPage'];
        };
      };
    };
  };
  RunStartedEvent: {
    parameters: {
      query?: never;
      header: {
        /** @description The event: the same at every attempt, so that it can be recognised */
        'webhook-id': string;
        /** @description When it was sent, in seconds since 1970 */
        'webhook-timestamp': string;
        /** @description One or several of `v1,` and HMAC-SHA-256 of `id.timestamp.body` in base64, with spaces between */
        'webhook-signature': string;
      };
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': components['schemas']['RunStartedEvent'];
      };
    };
    responses: {
      /** @description Wants no more: the webhook is disabled */
      410: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      /** @description Accepted, within 15 s */
      '2XX': {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      /** @description Not accepted: it is sent again, up to ten times within about three days */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
    };
  };
  RunFinishedEvent: {
    parameters: {
      query?: never;
      header: {
        /** @description The event: the same at every attempt, so that it can be recognised */
        'webhook-id': string;
        /** @description When it was sent, in seconds since 1970 */
        'webhook-timestamp': string;
        /** @description One or several of `v1,` and HMAC-SHA-256 of `id.timestamp.body` in base64, with spaces between */
        'webhook-signature': string;
      };
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': components['schemas']['RunFinishedEvent'];
      };
    };
    responses: {
      /** @description Wants no more: the webhook is disabled */
      410: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      /** @description Accepted, within 15 s */
      '2XX': {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      /** @description Not accepted: it is sent again, up to ten times within about three days */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
    };
  };
  RunFailedEvent: {
    parameters: {
      query?: never;
      header: {
        /** @description The event: the same at every attempt, so that it can be recognised */
        'webhook-id': string;
        /** @description When it was sent, in seconds since 1970 */
        'webhook-timestamp': string;
        /** @description One or several of `v1,` and HMAC-SHA-256 of `id.timestamp.body` in base64, with spaces between */
        'webhook-signature': string;
      };
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': components['schemas']['RunFailedEvent'];
      };
    };
    responses: {
      /** @description Wants no more: the webhook is disabled */
      410: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      /** @description Accepted, within 15 s */
      '2XX': {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      /** @description Not accepted: it is sent again, up to ten times within about three days */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
    };
  };
  DeliveryFailedEvent: {
    parameters: {
      query?: never;
      header: {
        /** @description The event: the same at every attempt, so that it can be recognised */
        'webhook-id': string;
        /** @description When it was sent, in seconds since 1970 */
        'webhook-timestamp': string;
        /** @description One or several of `v1,` and HMAC-SHA-256 of `id.timestamp.body` in base64, with spaces between */
        'webhook-signature': string;
      };
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': components['schemas']['DeliveryFailedEvent'];
      };
    };
    responses: {
      /** @description Wants no more: the webhook is disabled */
      410: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      /** @description Accepted, within 15 s */
      '2XX': {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      /** @description Not accepted: it is sent again, up to ten times within about three days */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
    };
  };
  ContactUnsubscribedEvent: {
    parameters: {
      query?: never;
      header: {
        /** @description The event: the same at every attempt, so that it can be recognised */
        'webhook-id': string;
        /** @description When it was sent, in seconds since 1970 */
        'webhook-timestamp': string;
        /** @description One or several of `v1,` and HMAC-SHA-256 of `id.timestamp.body` in base64, with spaces between */
        'webhook-signature': string;
      };
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': components['schemas']['ContactUnsubscribedEvent'];
      };
    };
    responses: {
      /** @description Wants no more: the webhook is disabled */
      410: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      /** @description Accepted, within 15 s */
      '2XX': {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      /** @description Not accepted: it is sent again, up to ten times within about three days */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
    };
  };
  OccurrenceMissedEvent: {
    parameters: {
      query?: never;
      header: {
        /** @description The event: the same at every attempt, so that it can be recognised */
        'webhook-id': string;
        /** @description When it was sent, in seconds since 1970 */
        'webhook-timestamp': string;
        /** @description One or several of `v1,` and HMAC-SHA-256 of `id.timestamp.body` in base64, with spaces between */
        'webhook-signature': string;
      };
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': components['schemas']['OccurrenceMissedEvent'];
      };
    };
    responses: {
      /** @description Wants no more: the webhook is disabled */
      410: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      /** @description Accepted, within 15 s */
      '2XX': {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      /** @description Not accepted: it is sent again, up to ten times within about three days */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
    };
  };
  WebhookTestEvent: {
    parameters: {
      query?: never;
      header: {
        /** @description The event: the same at every attempt, so that it can be recognised */
        'webhook-id': string;
        /** @description When it was sent, in seconds since 1970 */
        'webhook-timestamp': string;
        /** @description One or several of `v1,` and HMAC-SHA-256 of `id.timestamp.body` in base64, with spaces between */
        'webhook-signature': string;
      };
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': components['schemas']['WebhookTestEvent'];
      };
    };
    responses: {
      /** @description Wants no more: the webhook is disabled */
      410: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      /** @description Accepted, within 15 s */
      '2XX': {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      /** @description Not accepted: it is sent again, up to ten times within about three days */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
    };
  };
}
