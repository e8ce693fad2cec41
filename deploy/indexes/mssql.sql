-- The indexes that CRMService's look-ups need. Written by: crmservice indexes
-- Run with SET QUOTED_IDENTIFIER ON and ARITHABORT ON, as SQL Server's tools do. Not tried on a real server.
-- Leave out what is there already: crmservice check names what is missing.
CREATE INDEX ix_ng_aktivita0_ng_messageid ON ng_aktivita0 (ng_messageid);
CREATE INDEX ix_ng_aktivita0_ng_odp_6b49a3e4 ON ng_aktivita0 (ng_odpovednaosoba);
CREATE INDEX ix_ng_dalsikontakt0_pid ON ng_dalsikontakt0 (pid);
ALTER TABLE [ng_domenavztahu0] ADD [crm_ng_domena] AS (lower(LTRIM(RTRIM(REPLACE(REPLACE(REPLACE(REPLACE(ng_domena, NCHAR(9), ' '), NCHAR(10), ' '), NCHAR(13), ' '), NCHAR(160), ' '))))) PERSISTED;
CREATE INDEX [ix_ng_domenavztahu0_ng_domena] ON [ng_domenavztahu0] ([crm_ng_domena]);
CREATE INDEX ix_ng_domenavztahu0_pid ON ng_domenavztahu0 (pid);
ALTER TABLE [ng_emailkontaktu0] ADD [crm_ng_email] AS (lower(LTRIM(RTRIM(REPLACE(REPLACE(REPLACE(REPLACE(ng_email, NCHAR(9), ' '), NCHAR(10), ' '), NCHAR(13), ' '), NCHAR(160), ' '))))) PERSISTED;
CREATE INDEX [ix_ng_emailkontaktu0_ng_email] ON [ng_emailkontaktu0] ([crm_ng_email]);
CREATE INDEX ix_ng_emailkontaktu0_pid ON ng_emailkontaktu0 (pid);
ALTER TABLE [ng_emailvztahu0] ADD [crm_ng_email] AS (lower(LTRIM(RTRIM(REPLACE(REPLACE(REPLACE(REPLACE(ng_email, NCHAR(9), ' '), NCHAR(10), ' '), NCHAR(13), ' '), NCHAR(160), ' '))))) PERSISTED;
CREATE INDEX [ix_ng_emailvztahu0_ng_email] ON [ng_emailvztahu0] ([crm_ng_email]);
CREATE INDEX ix_ng_emailvztahu0_pid ON ng_emailvztahu0 (pid);
ALTER TABLE [ng_objednavka0] ADD [crm_ng_cislo] AS (LTRIM(RTRIM(REPLACE(REPLACE(REPLACE(REPLACE(ng_cislo, NCHAR(9), ' '), NCHAR(10), ' '), NCHAR(13), ' '), NCHAR(160), ' ')))) PERSISTED;
CREATE INDEX [ix_ng_objednavka0_ng_cislo] ON [ng_objednavka0] ([crm_ng_cislo]);
ALTER TABLE [ng_prilezitost0] ADD [crm_ng_cislo] AS (LTRIM(RTRIM(REPLACE(REPLACE(REPLACE(REPLACE(ng_cislo, NCHAR(9), ' '), NCHAR(10), ' '), NCHAR(13), ' '), NCHAR(160), ' ')))) PERSISTED;
CREATE INDEX [ix_ng_prilezitost0_ng_cislo] ON [ng_prilezitost0] ([crm_ng_cislo]);
CREATE INDEX ix_ng_priloha0_pid ON ng_priloha0 (pid);
CREATE INDEX ix_ng_resitelukolu0_pid ON ng_resitelukolu0 (pid);
CREATE INDEX ix_ng_rozsahaktivity0_pid ON ng_rozsahaktivity0 (pid);
CREATE INDEX ix_ng_sledujicukolu0_pid ON ng_sledujicukolu0 (pid);
CREATE INDEX ix_ng_tymzakazky0_pid ON ng_tymzakazky0 (pid);
ALTER TABLE [ng_ukol0] ADD [crm_ng_cislo] AS (LTRIM(RTRIM(REPLACE(REPLACE(REPLACE(REPLACE(ng_cislo, NCHAR(9), ' '), NCHAR(10), ' '), NCHAR(13), ' '), NCHAR(160), ' ')))) PERSISTED;
CREATE INDEX [ix_ng_ukol0_ng_cislo] ON [ng_ukol0] ([crm_ng_cislo]);
CREATE INDEX ix_ng_ukol0_ng_problemid ON ng_ukol0 (ng_problemid);
CREATE INDEX ix_ng_uzivatelrole0_ng_uzivatel ON ng_uzivatelrole0 (ng_uzivatel);
ALTER TABLE [ng_zakazanyemail0] ADD [crm_ng_email] AS (lower(LTRIM(RTRIM(REPLACE(REPLACE(REPLACE(REPLACE(ng_email, NCHAR(9), ' '), NCHAR(10), ' '), NCHAR(13), ' '), NCHAR(160), ' '))))) PERSISTED;
CREATE INDEX [ix_ng_zakazanyemail0_ng_email] ON [ng_zakazanyemail0] ([crm_ng_email]);
ALTER TABLE [ng_zakazka0] ADD [crm_ng_cislo] AS (LTRIM(RTRIM(REPLACE(REPLACE(REPLACE(REPLACE(ng_cislo, NCHAR(9), ' '), NCHAR(10), ' '), NCHAR(13), ' '), NCHAR(160), ' ')))) PERSISTED;
CREATE INDEX [ix_ng_zakazka0_ng_cislo] ON [ng_zakazka0] ([crm_ng_cislo]);
ALTER TABLE [susers] ADD [crm_email] AS (lower(LTRIM(RTRIM(REPLACE(REPLACE(REPLACE(REPLACE(email, NCHAR(9), ' '), NCHAR(10), ' '), NCHAR(13), ' '), NCHAR(160), ' '))))) PERSISTED;
CREATE INDEX [ix_susers_email] ON [susers] ([crm_email]);
