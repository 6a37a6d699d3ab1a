{{/* Where keys lie: what a service lost sight of would be missing, or made anew. */}}
{{- define "consent.checkKeys" -}}
{{- $keys := .Values.storage.keys -}}
{{- if and $keys.withData (ne .Values.storage.engine "sqlite") -}}
{{- fail (printf "storage.keys.withData is true and storage.engine is %s: there the folder of the data is gone with its pod. Leave storage.keys.withData false." .Values.storage.engine) -}}
{{- end -}}
{{- if and (eq $keys.accessMode "ReadWriteMany") $keys.className (not .Values.oneProcess.enabled) (not .Values.services.audit.checkpoints.className) -}}
{{- fail (printf "storage.keys.accessMode is ReadWriteMany, by the class %s, and services.audit.checkpoints.className is empty: the checkpoints need such a class too. Name it." $keys.className) -}}
{{- end -}}
{{- if .Release.IsUpgrade -}}
{{- range $name, $service := include "consent.services" . | fromJson -}}
{{- if and $service.storage (has $name (list "consent" "marketing-unsubscribe" "audit" "webhooks" "connectors" "host")) (not (include "consent.isShared" (list $ $name))) -}}
{{- $claim := include "consent.name" (list $ $name) -}}
{{- $data := lookup "v1" "PersistentVolumeClaim" $.Release.Namespace $claim -}}
{{- $apart := lookup "v1" "PersistentVolumeClaim" $.Release.Namespace (printf "%s-keys" $claim) -}}
{{- if and $data (not $apart) (not $keys.withData) -}}
{{- fail (printf "The keys of %s lie on the claim %s, with its data, as the chart 0.1.0 had it; an empty volume would hide them. Set storage.keys.withData=true, by which they stay there, or copy keys/ to a claim %s-keys first (README, \"What stays\")." $name $claim $claim) -}}
{{- end -}}
{{- if and $apart $keys.withData -}}
{{- fail (printf "storage.keys.withData is true, but the keys of %s lie on the claim %s-keys: they would be out of sight. Leave storage.keys.withData false." $name $claim) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- end -}}

{{- define "consent.checkMail" -}}
{{- with .Values.mail -}}
{{- if and .smtp (not .from) -}}
{{- fail "mail.smtp is set without mail.from: set that to the address from which mails come." -}}
{{- end -}}
{{- if and .user (not .passwordSecret.name) -}}
{{- fail "mail.user is set without mail.passwordSecret.name: set that to a Secret that holds the password, or leave both out." -}}
{{- end -}}
{{- if and .passwordSecret.name (not .user) -}}
{{- fail "mail.passwordSecret.name is set without mail.user: set that to the name by which the mail server knows it, or leave both out." -}}
{{- end -}}
{{- if and (or .from .user) (not .smtp) -}}
{{- fail "mail.from or mail.user is set without mail.smtp: set that to the host and port of a mail server, or leave them out." -}}
{{- end -}}
{{- end -}}
{{- end -}}
