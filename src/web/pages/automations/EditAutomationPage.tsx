import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useNavigate, useParams } from '@tanstack/react-router';
import { useState } from 'react';
import { api, dataOf } from '../../api.js';
import { NeedsRole } from '../../components/NeedsRole.js';
import { PageHeader } from '../../components/PageHeader.js';
import { PendingPage } from '../../components/Pending.js';
import { useDraft } from '../../hooks/useDraft.js';
import { useMutationWithNotice } from '../../hooks/useMutationWithNotice.js';
import { automationChanges, automationQuery, type Automation } from './automation.js';
import { AutomationEditor, ChangedMeanwhile } from './AutomationEditor.js';
import { formOf, inputOf } from './automationForm.js';

/** Changes an automation. */
export default function EditAutomationPage() {
  const { id } = useParams({ strict: false }) as { id: string };
  const query = useQuery({ ...automationQuery(id), refetchOnWindowFocus: false, staleTime: Infinity, gcTime: 0 });
  if (!query.data) {
    const back = { to: `/automations/${id}`, label: 'Automation' };
    return <PendingPage title="Edit automation" back={back} query={query} />;
  }
  return (
    <NeedsRole role="operator" title="Edit automation">
      <Editor key={query.data.etag} automation={query.data.automation} etag={query.data.etag} />
    </NeedsRole>
  );
}

function Editor({ automation, etag }: { automation: Automation; etag: string | null }) {
  const { id } = automation;
  const navigate = useNavigate();
  const queries = useQueryClient();
  const [initial] = useState(() => formOf(automation, new Date()));
  const draft = useDraft(`automation:${id}`, initial);
  const save = useMutationWithNotice({
    run: ({ overwrite }: { overwrite: boolean }) =>
      dataOf(
        api.PUT('/api/v1/automations/{id}', {
          params: { path: { id }, header: overwrite || etag === null ? {} : { 'If-Match': etag } },
          body: inputOf(draft.value),
        }),
      ),
    done: (a) => `“${a.name}” is saved.`,
    showsProblems: true,
    changes: [['automations'], ['overview'], ['runs']],
    onDone: (a) => {
      draft.keepNothing();
      queries.removeQueries({ queryKey: ['automation', id] });
      void navigate({ to: '/automations/$id', params: { id: a.id } });
    },
  });
  return (
    <>
      <PageHeader
        title={`Edit “${automation.name}”`}
        back={{ to: `/automations/${id}`, label: automation.name }}
        description="A change counts from the next occurrence on. A run that goes on is not touched."
      />
      <ChangedMeanwhile
        error={save.error}
        overwrite={() => save.mutate({ overwrite: true })}
        reload={() => {
          draft.reset();
          save.reset();
          void queries.invalidateQueries({ queryKey: automationChanges[1] as readonly unknown[] });
        }}
      />
      <AutomationEditor
        draft={draft}
        error={save.error}
        saving={save.isPending}
        save="Save"
        onSave={() => save.mutate({ overwrite: false })}
        cancelTo={`/automations/${id}`}
      />
    </>
  );
}
