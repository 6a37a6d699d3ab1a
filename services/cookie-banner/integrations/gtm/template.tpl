___INFO___

{
  "type": "TAG",
  "id": "cvt_temp_public_id",
  "version": 1,
  "securityGroups": [],
  "displayName": "Consent banner",
  "categories": ["UTILITY", "ANALYTICS", "ADVERTISING"],
  "brand": {"id": "consent_banner", "displayName": "Consent"},
  "description": "Denies all seven consent types, loads the site's Consent banner, and grants the types whose purposes the visitor permits. Fire it on Consent Initialization.",
  "containerContexts": ["WEB"]
}

___TEMPLATE_PARAMETERS___

[
  {"type": "TEXT", "name": "gateway", "displayName": "Address of the gateway", "simpleValueType": true, "valueHint": "https://consent.example", "help": "The host that serves /banner/, without a path.", "valueValidators": [{"type": "REGEX", "args": ["^https://[^/?#]+/?$"], "errorMessage": "An https address without a path, such as https://consent.example"}]},
  {"type": "TEXT", "name": "site", "displayName": "Site", "simpleValueType": true, "valueHint": "my-site", "help": "The name of the site in its declaration.", "valueValidators": [{"type": "NON_EMPTY"}]},
  {"type": "SIMPLE_TABLE", "name": "mapping", "displayName": "Which purpose grants which consent type", "newRowButtonText": "Add a row", "help": "A type that several rows name is granted only when all their purposes are permitted. A type that no row names stays denied. A purpose that needs no consent is always permitted: map it to security_storage or functionality_storage. Types that begin with ad_ are granted only by a purpose of advertising that asks consent: who agreed to statistics has not agreed to advertising. Other rows with them are refused, and the console of the preview says so.", "simpleTableColumns": [
      {"type": "TEXT", "name": "purpose", "displayName": "Purpose (its id in the declaration)", "defaultValue": "", "valueValidators": [{"type": "NON_EMPTY"}]}, {"type": "SELECT", "name": "type", "displayName": "Consent type", "defaultValue": "analytics_storage", "selectItems": [
      {"value": "ad_storage", "displayValue": "ad_storage"},
      {"value": "ad_user_data", "displayValue": "ad_user_data"},
      {"value": "ad_personalization", "displayValue": "ad_personalization"},
      {"value": "analytics_storage", "displayValue": "analytics_storage"},
      {"value": "functionality_storage", "displayValue": "functionality_storage"},
      {"value": "personalization_storage", "displayValue": "personalization_storage"},
      {"value": "security_storage", "displayValue": "security_storage"}]}, {"type": "SELECT", "name": "advertising", "displayName": "Does the declaration call the purpose advertising (advertising: true)?", "defaultValue": "no", "selectItems": [
      {"value": "no", "displayValue": "no"},
      {"value": "yes", "displayValue": "yes"}]}]},
  {"type": "TEXT", "name": "waitForUpdate", "displayName": "Milliseconds that tags wait for the banner", "simpleValueType": true, "defaultValue": 500, "valueValidators": [{"type": "NON_NEGATIVE_NUMBER"}]},
  {"type": "CHECKBOX", "name": "adsDataRedaction", "checkboxText": "Redact ads data while ad_storage is denied (ads_data_redaction)", "simpleValueType": true, "defaultValue": true},
  {"type": "CHECKBOX", "name": "urlPassthrough", "checkboxText": "Pass click identifiers on in links (url_passthrough)", "simpleValueType": true, "defaultValue": false, "help": "Carries advertising identifiers from page to page without consent to storing them. Leave it off unless your own assessment allows it."}
]

___SANDBOXED_JS_FOR_WEB_TEMPLATE___

// Sandboxed JavaScript: ECMAScript 5.1 with arrow functions, const and let; every API comes from require.
const callInWindow = require('callInWindow');
const encodeUriComponent = require('encodeUriComponent');
const gtagSet = require('gtagSet');
const injectScript = require('injectScript');
const logToConsole = require('logToConsole');
const makeNumber = require('makeNumber');
const setDefaultConsentState = require('setDefaultConsentState');
const updateConsentState = require('updateConsentState');

const types = [
  'ad_storage', 'ad_user_data', 'ad_personalization', 'analytics_storage',
  'functionality_storage', 'personalization_storage', 'security_storage'
];

const rows = data.mapping || [];
const isOfAdvertising = (row) => row.type.indexOf('ad_') === 0;
// As publishing judges the signals of a declaration. What a purpose is, all its rows have to say.
const refused = rows.filter((row) => isOfAdvertising(row) && rows.some((other) => other.purpose === row.purpose && other.advertising !== 'yes'));
refused.forEach((row) => logToConsole('Consent banner: the purpose "' + row.purpose + '" does not grant ' + row.type
  + ', which stays denied. Name a purpose that the declaration calls advertising, and say so on each row of it.'));

const stateBy = (grants) => {
  const state = {};
  types.forEach((type) => {
    const naming = rows.filter((row) => row.type === type);
    state[type] = naming.length > 0 && naming.every(grants) ? 'granted' : 'denied';
  });
  return state;
};

const state = stateBy(() => false);
state.wait_for_update = makeNumber(data.waitForUpdate) || 0;
setDefaultConsentState(state);
gtagSet('ads_data_redaction', data.adsDataRedaction === true);
gtagSet('url_passthrough', data.urlPassthrough === true);

// The banner is asked and not the event's detail: permits() also answers for purposes that need no consent. For advertising nothing but
// consent will do: get() has those purposes alone that ask it.
let told = false;
const update = () => {
  told = true;
  const given = callInWindow('consent.get') || {};
  updateConsentState(stateBy((row) => refused.indexOf(row) < 0
    && (isOfAdvertising(row) ? given[row.purpose] : callInWindow('consent.permits', row.purpose)) === true));
};

const gateway = data.gateway.charAt(data.gateway.length - 1) === '/' ? data.gateway.slice(0, -1) : data.gateway;
const url = gateway + '/banner/' + encodeUriComponent(data.site) + '.js';
// When the banner cannot be loaded, everything stays denied.
injectScript(url, () => {
  // consent.on hears what consent:changed tells: a template may not call window.addEventListener.
  callInWindow('consent.on', update);
  // The listener is called at once only when the page is parsed; a visitor who comes back need not wait for that.
  if (!told) update();
  data.gtmOnSuccess();
}, data.gtmOnFailure, url);

___WEB_PERMISSIONS___

[
  {"instance": {"key": {"publicId": "access_consent", "versionId": "1"}, "param": [{"key": "consentTypes", "value": {"type": 2, "listItem": [
      {"type": 3, "mapKey": [{"type": 1, "string": "consentType"}, {"type": 1, "string": "read"}, {"type": 1, "string": "write"}], "mapValue": [{"type": 1, "string": "ad_storage"}, {"type": 8, "boolean": false}, {"type": 8, "boolean": true}]},
      {"type": 3, "mapKey": [{"type": 1, "string": "consentType"}, {"type": 1, "string": "read"}, {"type": 1, "string": "write"}], "mapValue": [{"type": 1, "string": "ad_user_data"}, {"type": 8, "boolean": false}, {"type": 8, "boolean": true}]},
      {"type": 3, "mapKey": [{"type": 1, "string": "consentType"}, {"type": 1, "string": "read"}, {"type": 1, "string": "write"}], "mapValue": [{"type": 1, "string": "ad_personalization"}, {"type": 8, "boolean": false}, {"type": 8, "boolean": true}]},
      {"type": 3, "mapKey": [{"type": 1, "string": "consentType"}, {"type": 1, "string": "read"}, {"type": 1, "string": "write"}], "mapValue": [{"type": 1, "string": "analytics_storage"}, {"type": 8, "boolean": false}, {"type": 8, "boolean": true}]},
      {"type": 3, "mapKey": [{"type": 1, "string": "consentType"}, {"type": 1, "string": "read"}, {"type": 1, "string": "write"}], "mapValue": [{"type": 1, "string": "functionality_storage"}, {"type": 8, "boolean": false}, {"type": 8, "boolean": true}]},
      {"type": 3, "mapKey": [{"type": 1, "string": "consentType"}, {"type": 1, "string": "read"}, {"type": 1, "string": "write"}], "mapValue": [{"type": 1, "string": "personalization_storage"}, {"type": 8, "boolean": false}, {"type": 8, "boolean": true}]},
      {"type": 3, "mapKey": [{"type": 1, "string": "consentType"}, {"type": 1, "string": "read"}, {"type": 1, "string": "write"}], "mapValue": [{"type": 1, "string": "security_storage"}, {"type": 8, "boolean": false}, {"type": 8, "boolean": true}]}]}}]}, "clientAnnotations": {"isEditedByUser": true}, "isRequired": true},
  {"instance": {"key": {"publicId": "access_globals", "versionId": "1"}, "param": [{"key": "keys", "value": {"type": 2, "listItem": [
      {"type": 3, "mapKey": [{"type": 1, "string": "key"}, {"type": 1, "string": "read"}, {"type": 1, "string": "write"}, {"type": 1, "string": "execute"}], "mapValue": [{"type": 1, "string": "consent.get"}, {"type": 8, "boolean": false}, {"type": 8, "boolean": false}, {"type": 8, "boolean": true}]},
      {"type": 3, "mapKey": [{"type": 1, "string": "key"}, {"type": 1, "string": "read"}, {"type": 1, "string": "write"}, {"type": 1, "string": "execute"}], "mapValue": [{"type": 1, "string": "consent.on"}, {"type": 8, "boolean": false}, {"type": 8, "boolean": false}, {"type": 8, "boolean": true}]},
      {"type": 3, "mapKey": [{"type": 1, "string": "key"}, {"type": 1, "string": "read"}, {"type": 1, "string": "write"}, {"type": 1, "string": "execute"}], "mapValue": [{"type": 1, "string": "consent.permits"}, {"type": 8, "boolean": false}, {"type": 8, "boolean": false}, {"type": 8, "boolean": true}]}]}}]}, "clientAnnotations": {"isEditedByUser": true}, "isRequired": true},
  {"instance": {"key": {"publicId": "inject_script", "versionId": "1"}, "param": [{"key": "urls", "value": {"type": 2, "listItem": [
      {"type": 1, "string": "https://*/banner/*"}]}}]}, "clientAnnotations": {"isEditedByUser": true}, "isRequired": true},
  {"instance": {"key": {"publicId": "logging", "versionId": "1"}, "param": [{"key": "environments", "value": {"type": 1, "string": "debug"}}]}, "clientAnnotations": {"isEditedByUser": true}, "isRequired": true},
  {"instance": {"key": {"publicId": "write_data_layer", "versionId": "1"}, "param": [{"key": "keyPatterns", "value": {"type": 2, "listItem": [
      {"type": 1, "string": "ads_data_redaction"}, {"type": 1, "string": "url_passthrough"}]}}]}, "clientAnnotations": {"isEditedByUser": true}, "isRequired": true}
]

___TESTS___

scenarios:
- name: Everything is denied before the banner is asked for
  code: |-
    runCode(mockData);
    assertApi('setDefaultConsentState').wasCalledWith({
      ad_storage: 'denied', ad_user_data: 'denied', ad_personalization: 'denied', analytics_storage: 'denied',
      functionality_storage: 'denied', personalization_storage: 'denied', security_storage: 'denied',
      wait_for_update: 500
    });
    assertApi('updateConsentState').wasNotCalled();
- name: What the visitor permits is granted, and nothing else
  code: |-
    mock('injectScript', (url, onSuccess) => onSuccess());
    mock('callInWindow', (name, argument) => name === 'consent.permits' && argument === 'statistics');
    runCode(mockData);
    assertApi('updateConsentState').wasCalledWith({
      ad_storage: 'denied', ad_user_data: 'denied', ad_personalization: 'denied', analytics_storage: 'granted',
      functionality_storage: 'denied', personalization_storage: 'denied', security_storage: 'denied'
    });
    assertApi('gtmOnSuccess').wasCalled();
- name: A purpose of advertising grants by consent, and no other purpose does
  code: |-
    mock('injectScript', (url, onSuccess) => onSuccess());
    mock('callInWindow', (name) => name === 'consent.permits' || (name === 'consent.get' && { advertising: true, 'personal-advertising': true, statistics: true }));
    mockData.mapping.push({ purpose: 'statistics', type: 'ad_user_data', advertising: 'no' });
    mockData.mapping.push({ purpose: 'showing-work', type: 'ad_personalization', advertising: 'yes' });
    runCode(mockData);
    assertApi('logToConsole').wasCalled();
    assertApi('updateConsentState').wasCalledWith({
      ad_storage: 'granted', ad_user_data: 'denied', ad_personalization: 'denied', analytics_storage: 'granted',
      functionality_storage: 'denied', personalization_storage: 'denied', security_storage: 'denied'
    });
- name: Without a banner everything stays denied
  code: |-
    mock('injectScript', (url, onSuccess, onFailure) => onFailure());
    runCode(mockData);
    assertApi('updateConsentState').wasNotCalled();
    assertApi('gtmOnFailure').wasCalled();
setup: |-
  const mockData = {
    gateway: 'https://consent.example', site: 'my-site', waitForUpdate: '500',
    mapping: [
      { purpose: 'statistics', type: 'analytics_storage', advertising: 'no' },
      { purpose: 'advertising', type: 'ad_storage', advertising: 'yes' },
      { purpose: 'personal-advertising', type: 'ad_storage', advertising: 'yes' }
    ]
  };

___NOTES___

Import: Tag Manager, Templates, New, Import. See INTEGRATE.md of the cookie-banner service.
