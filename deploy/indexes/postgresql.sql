-- The indexes that CRMService's look-ups need. Written by: crmservice indexes
-- Each locks its table while it is made: run it when nobody works, or write CREATE INDEX CONCURRENTLY.
-- Leave out what is there already: crmservice check names what is missing.
CREATE INDEX ix_ng_aktivita0_ng_messageid ON ng_aktivita0 (ng_messageid);
CREATE INDEX ix_ng_aktivita0_ng_odp_6b49a3e4 ON ng_aktivita0 (ng_odpovednaosoba);
CREATE INDEX ix_ng_dalsikontakt0_pid ON ng_dalsikontakt0 (pid);
CREATE INDEX ix_ng_domenavztahu0_ng_domena ON ng_domenavztahu0 (lower(btrim(ng_domena, ' ' || chr(9) || chr(10) || chr(13) || chr(160))));
CREATE INDEX ix_ng_domenavztahu0_pid ON ng_domenavztahu0 (pid);
CREATE INDEX ix_ng_emailkontaktu0_ng_email ON ng_emailkontaktu0 (lower(btrim(ng_email, ' ' || chr(9) || chr(10) || chr(13) || chr(160))));
CREATE INDEX ix_ng_emailkontaktu0_pid ON ng_emailkontaktu0 (pid);
CREATE INDEX ix_ng_emailvztahu0_ng_email ON ng_emailvztahu0 (lower(btrim(ng_email, ' ' || chr(9) || chr(10) || chr(13) || chr(160))));
CREATE INDEX ix_ng_emailvztahu0_pid ON ng_emailvztahu0 (pid);
CREATE INDEX ix_ng_objednavka0_ng_cislo ON ng_objednavka0 (btrim(ng_cislo, ' ' || chr(9) || chr(10) || chr(13) || chr(160)));
CREATE INDEX ix_ng_prilezitost0_ng_cislo ON ng_prilezitost0 (btrim(ng_cislo, ' ' || chr(9) || chr(10) || chr(13) || chr(160)));
CREATE INDEX ix_ng_priloha0_pid ON ng_priloha0 (pid);
CREATE INDEX ix_ng_resitelukolu0_pid ON ng_resitelukolu0 (pid);
CREATE INDEX ix_ng_rozsahaktivity0_pid ON ng_rozsahaktivity0 (pid);
CREATE INDEX ix_ng_sledujicukolu0_pid ON ng_sledujicukolu0 (pid);
CREATE INDEX ix_ng_tymzakazky0_pid ON ng_tymzakazky0 (pid);
CREATE INDEX ix_ng_ukol0_ng_cislo ON ng_ukol0 (btrim(ng_cislo, ' ' || chr(9) || chr(10) || chr(13) || chr(160)));
CREATE INDEX ix_ng_ukol0_ng_problemid ON ng_ukol0 (ng_problemid);
CREATE INDEX ix_ng_uzivatelrole0_ng_uzivatel ON ng_uzivatelrole0 (ng_uzivatel);
CREATE INDEX ix_ng_zakazanyemail0_ng_email ON ng_zakazanyemail0 (lower(btrim(ng_email, ' ' || chr(9) || chr(10) || chr(13) || chr(160))));
CREATE INDEX ix_ng_zakazka0_ng_cislo ON ng_zakazka0 (btrim(ng_cislo, ' ' || chr(9) || chr(10) || chr(13) || chr(160)));
CREATE INDEX ix_susers_email ON susers (lower(btrim(email, ' ' || chr(9) || chr(10) || chr(13) || chr(160))));
