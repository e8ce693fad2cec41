-- The indexes that CRMService's look-ups need. Written by: crmservice indexes
-- Run it when nobody works: Firebird waits for whoever uses the table.
-- Leave out what is there already: crmservice check names what is missing.
CREATE INDEX ix_ng_aktivita0_ng_messageid ON ng_aktivita0 (ng_messageid);
CREATE INDEX ix_ng_aktivita0_ng_odp_6b49a3e4 ON ng_aktivita0 (ng_odpovednaosoba);
CREATE INDEX ix_ng_dalsikontakt0_pid ON ng_dalsikontakt0 (pid);
CREATE INDEX ix_ng_domenavztahu0_ng_domena ON ng_domenavztahu0 COMPUTED BY (lower(TRIM(REPLACE(REPLACE(REPLACE(REPLACE(ng_domena, ASCII_CHAR(9), ' '), ASCII_CHAR(10), ' '), ASCII_CHAR(13), ' '), _UTF8 x'C2A0', ' '))));
CREATE INDEX ix_ng_domenavztahu0_pid ON ng_domenavztahu0 (pid);
CREATE INDEX ix_ng_emailkontaktu0_ng_email ON ng_emailkontaktu0 COMPUTED BY (lower(TRIM(REPLACE(REPLACE(REPLACE(REPLACE(ng_email, ASCII_CHAR(9), ' '), ASCII_CHAR(10), ' '), ASCII_CHAR(13), ' '), _UTF8 x'C2A0', ' '))));
CREATE INDEX ix_ng_emailkontaktu0_pid ON ng_emailkontaktu0 (pid);
CREATE INDEX ix_ng_emailvztahu0_ng_email ON ng_emailvztahu0 COMPUTED BY (lower(TRIM(REPLACE(REPLACE(REPLACE(REPLACE(ng_email, ASCII_CHAR(9), ' '), ASCII_CHAR(10), ' '), ASCII_CHAR(13), ' '), _UTF8 x'C2A0', ' '))));
CREATE INDEX ix_ng_emailvztahu0_pid ON ng_emailvztahu0 (pid);
CREATE INDEX ix_ng_objednavka0_ng_cislo ON ng_objednavka0 COMPUTED BY (TRIM(REPLACE(REPLACE(REPLACE(REPLACE(ng_cislo, ASCII_CHAR(9), ' '), ASCII_CHAR(10), ' '), ASCII_CHAR(13), ' '), _UTF8 x'C2A0', ' ')));
CREATE INDEX ix_ng_prilezitost0_ng_cislo ON ng_prilezitost0 COMPUTED BY (TRIM(REPLACE(REPLACE(REPLACE(REPLACE(ng_cislo, ASCII_CHAR(9), ' '), ASCII_CHAR(10), ' '), ASCII_CHAR(13), ' '), _UTF8 x'C2A0', ' ')));
CREATE INDEX ix_ng_priloha0_pid ON ng_priloha0 (pid);
CREATE INDEX ix_ng_resitelukolu0_pid ON ng_resitelukolu0 (pid);
CREATE INDEX ix_ng_rozsahaktivity0_pid ON ng_rozsahaktivity0 (pid);
CREATE INDEX ix_ng_sledujicukolu0_pid ON ng_sledujicukolu0 (pid);
CREATE INDEX ix_ng_tymzakazky0_pid ON ng_tymzakazky0 (pid);
CREATE INDEX ix_ng_ukol0_ng_cislo ON ng_ukol0 COMPUTED BY (TRIM(REPLACE(REPLACE(REPLACE(REPLACE(ng_cislo, ASCII_CHAR(9), ' '), ASCII_CHAR(10), ' '), ASCII_CHAR(13), ' '), _UTF8 x'C2A0', ' ')));
CREATE INDEX ix_ng_ukol0_ng_problemid ON ng_ukol0 (ng_problemid);
CREATE INDEX ix_ng_uzivatelrole0_ng_uzivatel ON ng_uzivatelrole0 (ng_uzivatel);
CREATE INDEX ix_ng_zakazanyemail0_ng_email ON ng_zakazanyemail0 COMPUTED BY (lower(TRIM(REPLACE(REPLACE(REPLACE(REPLACE(ng_email, ASCII_CHAR(9), ' '), ASCII_CHAR(10), ' '), ASCII_CHAR(13), ' '), _UTF8 x'C2A0', ' '))));
CREATE INDEX ix_ng_zakazka0_ng_cislo ON ng_zakazka0 COMPUTED BY (TRIM(REPLACE(REPLACE(REPLACE(REPLACE(ng_cislo, ASCII_CHAR(9), ' '), ASCII_CHAR(10), ' '), ASCII_CHAR(13), ' '), _UTF8 x'C2A0', ' ')));
CREATE INDEX ix_susers_email ON susers COMPUTED BY (lower(TRIM(REPLACE(REPLACE(REPLACE(REPLACE(email, ASCII_CHAR(9), ' '), ASCII_CHAR(10), ' '), ASCII_CHAR(13), ' '), _UTF8 x'C2A0', ' '))));
